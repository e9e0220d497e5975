/** Acknowledges every batch; counts lines without parsing, so that it takes little of the machine. */
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';

export type DiscardingReceiver = {
  url: string;
  lines: () => number;
  /** When the first lines came, on the clock of `performance`; null: none yet. */
  firstAt: () => number | null;
  /** Of the first lines of all: their age by the engine's stamp, when they arrived. */
  latenciesMs: () => number[];
  close: () => void;
};

const MAX_LATENCIES = 2_000;
const STAMP_END = Buffer.from('Z",');
const STAMP_LENGTH = 30;

/** `lineBytes`: what may be skipped behind each stamp. */
export async function startDiscardingReceiver(lineBytes: number): Promise<DiscardingReceiver> {
  let lines = 0;
  let firstAt: number | null = null;
  const latencies: number[] = [];
  const take = (body: Buffer) => {
    const now = performance.timeOrigin + performance.now();
    const start = body.indexOf('"lines":[');
    const end = body.indexOf('],"events"', start);
    if (end - start > 10) firstAt ??= performance.now();
    for (let at = body.indexOf(STAMP_END, start); at !== -1 && at < end;) {
      lines += 1;
      if (latencies.length < MAX_LATENCIES)
        latencies.push(now - stampMs(body.toString('latin1', at + 1 - STAMP_LENGTH, at + 1)));
      const isLong = end - at > 2 * lineBytes && body[at + lineBytes] === 0x78;
      at = body.indexOf(STAMP_END, at + (isLong ? lineBytes : STAMP_END.length));
    }
  };
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      take(body);
      const batchId = /"id":"([^"]+)"/.exec(body.toString('latin1', 0, 400))?.[1] ?? '';
      outgoing.setHeader('content-type', 'application/json');
      outgoing.end(JSON.stringify({ batchId, stored: 0, duplicates: 0, watched: [] }));
    });
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    lines: () => lines,
    firstAt: () => firstAt,
    latenciesMs: () => latencies,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** With microseconds, which `Date` cuts off. */
const stampMs = (stamp: string): number =>
  Date.parse(`${stamp.slice(0, 19)}Z`) + Number(stamp.slice(20, 29)) / 1e6;
