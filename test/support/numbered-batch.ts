/** Batches that a number tells all about, so that a test knows what must be in a store without having kept it. */
import type { StoreBatch } from '#indexer/store/log-store.ts';
import { anEvent, aRecord, aSample, at } from './records.ts';

/** 50 records over two hours, an event and a sample. */
export function numberedBatch(n: number): StoreBatch {
  const records = Array.from({ length: 50 }, (_, i) =>
    aRecord({
      at: at((i % 2) * 3_600 + (n % 3_000)),
      ordinal: n * 50 + i,
      message: `batch ${n} line ${i}`,
      container: { id: `container-${i % 7}` },
    }),
  );
  const stamp = at(n % 3_600, n);
  return {
    records,
    events: [anEvent({ at: stamp, ordinal: n })],
    samples: [aSample({ at: stamp, pids: n })],
  };
}
