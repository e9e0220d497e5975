/**
 * A program for tests that kill: appends numbered batches to an embedded store and prints the number of each when it is
 * acknowledged, until it is killed. `node append-forever.ts DIR FIRST`.
 */
import { createEmbeddedStore } from '#indexer/store/embedded-store.ts';
import { numberedBatch } from './numbered-batch.ts';

const [dir = '', first = '0'] = process.argv.slice(2);
const store = await createEmbeddedStore({
  dir,
  retentionAgeMs: 'all',
  retentionBytes: Infinity,
  now: () => new Date(),
  log: { info: () => undefined, warn: () => undefined, error: (...problem) => console.error(...problem) },
});
for (let n = Number(first); ; n++) {
  await store.append(numberedBatch(n));
  process.stdout.write(`${n}\n`);
}
