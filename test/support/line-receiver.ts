/** Takes the place of an indexer for floods of numbered lines: keeps of each line its number, acknowledges everything. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IngestBatch } from '#contract/batch.ts';

/** A hole between two numbers that arrived: how many are missing, and the stamps of the lines around it. */
export type Hole = { lines: number; from: string; to: string };

export type Verdict = { arrived: number; doubled: number; backward: number; holes: Hole[] };

export type LineReceiver = {
  url: string;
  /** Highest number of a stream of a container, by its name. 0: none. */
  last: (container: string, stream?: 1 | 2) => number;
  /** What is known of the numbers 1 to `upTo`; `holes` at the end have no `to`. */
  judge: (container: string, upTo: number, stream?: 1 | 2) => Verdict;
  gaps: (container: string) => { from: string; to: string; reason: string }[];
  /** Its end was told. */
  removed: (container: string) => boolean;
  /** Lines of all containers. */
  total: () => number;
  close: () => Promise<void>;
};

/** `numberOf` finds the number in a line; lines without one are left out of account. */
export async function startLineReceiver(
  numberOf: (text: string) => number = text => Number.parseInt(text, 10),
): Promise<LineReceiver> {
  const streams = new Map<string, Numbers>();
  const gaps: { container: string; from: string; to: string; reason: string }[] = [];
  const removed = new Set<string>();
  const of = (container: string, stream: 1 | 2) => {
    const key = `${container} ${stream}`;
    const numbers = streams.get(key) ?? new Numbers();
    streams.set(key, numbers);
    return numbers;
  };
  const take = ({ containers, lines, events }: IngestBatch) => {
    for (const [index, stream, stamp, ordinal, text] of lines) {
      const number = numberOf(text);
      if (number > 0) of(containers[index]?.name ?? '', stream).add(number, stamp, ordinal);
    }
    for (const { container, action, gap } of events) {
      const name = containers[container]?.name ?? '';
      if (gap !== undefined) gaps.push({ container: name, ...gap });
      if (action === 'destroy') removed.add(name);
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const batch = JSON.parse(Buffer.concat(chunks).toString()) as IngestBatch;
      take(batch);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ batchId: batch.id, stored: 0, duplicates: 0, watched: [] }));
    });
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    last: (container, stream = 1) => of(container, stream).last,
    judge: (container, upTo, stream = 1) => of(container, stream).judge(upTo),
    gaps: container => gaps.filter(gap => gap.container === container),
    removed: container => removed.has(container),
    total: () => [...streams.values()].reduce((sum, numbers) => sum + numbers.arrived, 0),
    async close() {
      server.closeAllConnections();
      await new Promise(done => server.close(done));
    },
  };
}

class Numbers {
  arrived = 0;
  last = 0;
  private doubled = 0;
  /** Of each number, what its record's id is made of. */
  private readonly ids = new Map<number, string>();

  add(number: number, stamp: string, ordinal: number): void {
    const id = `${stamp} ${String(ordinal).padStart(8, '0')}`;
    const known = this.ids.get(number);
    if (known !== undefined) {
      // The same record once more is what a kill leaves behind; the store knows it by its id.
      if (known !== id) this.doubled++;
      return;
    }
    this.ids.set(number, id);
    this.arrived++;
    this.last = Math.max(this.last, number);
  }

  judge(upTo: number): Verdict {
    const holes: Hole[] = [];
    let from = '';
    let missing = 0;
    let backward = 0;
    let before = '';
    for (let number = 1; number <= upTo; number++) {
      const id = this.ids.get(number);
      if (id === undefined) missing++;
      else {
        const stamp = id.slice(0, 30);
        // Batches may come in any order; what the store sorts by may not.
        if (id <= before) backward++;
        before = id;
        if (missing > 0) holes.push({ lines: missing, from, to: stamp });
        missing = 0;
        from = stamp;
      }
    }
    if (missing > 0) holes.push({ lines: missing, from, to: '' });
    const { arrived, doubled } = this;
    return { arrived, doubled, backward, holes };
  }
}
