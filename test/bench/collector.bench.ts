/**
 * The collector against its ceiling: one container's lines, read plainly from the engine's `/logs` and discarded, and
 * collected to the durable ack of a receiver that discards.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { startProgram } from '../support/program.ts';
import { cpuSecondsOf, rssBytesOf } from './process-cost.ts';
import { perSecond, type Row } from './row.ts';

const LINES = 500_000;
const LINE_BYTES = 200;

export async function benchCollector(): Promise<Row[]> {
  const engine = await startTestEngine();
  try {
    await importBusybox(engine);
    const id = await printLines(engine);
    const plain = [await plainRead(engine, id), await plainRead(engine, id)];
    const plainMs = Math.min(...plain);
    const collected = await collect(engine);
    return [
      {
        what: `plain read of /logs, ${LINES.toLocaleString('en')} lines of ${LINE_BYTES} B, discarded`,
        value: perSecond(LINES, plainMs),
        ratio: '1 (reference)',
      },
      {
        what: 'collector, same lines, to the ack',
        value: perSecond(LINES, collected.ms),
        ratio: `${(plainMs / collected.ms).toFixed(2)} × plain read`,
      },
      {
        what: 'collector CPU per million lines',
        value: `${((collected.cpuSeconds / LINES) * 1e6).toFixed(1)} s`,
      },
      { what: 'collector RSS at the end', value: `${Math.round(collected.rssBytes / 2 ** 20)} MiB` },
    ];
  } finally {
    await engine.stop();
  }
}

async function printLines(engine: TestEngine): Promise<string> {
  const line = 'x'.repeat(LINE_BYTES - 1);
  const command = `yes ${line} | head -n ${LINES}`;
  const id = (
    await engine.docker(['run', '-d', '--name', 'bench', 'quaylog-test/busybox', 'sh', '-c', command])
  ).trim();
  await engine.docker(['wait', id]);
  return id;
}

/** Milliseconds to read it all. */
function plainRead(engine: TestEngine, id: string): Promise<number> {
  const startedAt = performance.now();
  const path = `/containers/${id}/logs?stdout=1&stderr=1&timestamps=1&follow=0`;
  return new Promise((done, fail) => {
    const call = request({ socketPath: engine.socket, path }, response => {
      response.on('data', () => undefined);
      response.on('end', () => done(performance.now() - startedAt));
    });
    call.on('error', fail).end();
  });
}

type Collected = { ms: number; cpuSeconds: number; rssBytes: number };

async function collect(engine: TestEngine): Promise<Collected> {
  const data = mkdtempSync(join(tmpdir(), 'quaylog-bench-'));
  const receiver = await startReceiver();
  const collector = startProgram({
    args: ['collector'],
    env: { DOCKER_HOST: engine.dockerHost, QUAYLOG_DATA: data, QUAYLOG_INDEXER_URL: receiver.url },
  });
  try {
    const firstAt = await eventually(receiver.firstAt, { what: 'the first batch', everyMs: 5 });
    const before = cpuSecondsOf(collector.pid);
    await eventually(() => receiver.lines() >= LINES, { what: 'all lines', withinMs: 120_000, everyMs: 10 });
    const ms = performance.now() - firstAt;
    return { ms, cpuSeconds: cpuSecondsOf(collector.pid) - before, rssBytes: rssBytesOf(collector.pid) };
  } finally {
    await collector.kill('SIGTERM');
    receiver.server.close();
    rmSync(data, { recursive: true, force: true });
  }
}

type Receiver = { server: Server; url: string; lines: () => number; firstAt: () => number | null };

/** Acknowledges everything; counts lines without parsing, so that it takes little of the machine. */
async function startReceiver(): Promise<Receiver> {
  let lines = 0;
  let firstAt: number | null = null;
  const stampEnd = Buffer.from('Z",');
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const start = body.indexOf('"lines":[');
      const end = body.indexOf('],"events"', start);
      if (end - start > 10) firstAt ??= performance.now();
      for (
        let at = body.indexOf(stampEnd, start);
        at !== -1 && at < end;
        at = body.indexOf(stampEnd, at + LINE_BYTES)
      )
        lines += 1;
      const batchId = /"id":"([^"]+)"/.exec(body.toString('latin1', 0, 400))?.[1] ?? '';
      outgoing.setHeader('content-type', 'application/json');
      outgoing.end(JSON.stringify({ batchId, stored: 0, duplicates: 0, watched: [] }));
    });
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { server, url: `http://127.0.0.1:${port}`, lines: () => lines, firstAt: () => firstAt };
}
