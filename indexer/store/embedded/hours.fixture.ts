/** Hourly files as tests want them, written by the same code as in the threads, without threads. */
import type { LogRecord } from '#contract/log-record.ts';
import { createStreamKey, recordId } from '../../parse/record-id.ts';
import type { FindRecords, StoreBatch } from '../log-store.ts';
import type { Steps } from './ask/answers.ts';
import { encodeRecords } from './write/batch-columns.ts';
import { packHour } from './pack/packer.ts';
import type { PackLimits } from './write/packing.ts';
import { createWriter, type Writer } from './write/writer.ts';

export const HOUR = '2026-11-22T10';
export const FIND: FindRecords = {
  from: '2026-11-22T10:00:00.000000000Z',
  to: '2026-11-22T11:00:00.000000000Z',
  query: { type: 'all' },
  order: 'asc',
  limit: 10_000,
  countUpTo: 10_000,
};

/** Record `i` of an hour, seconds after its beginning and of one of three containers. */
export function aRecordOf(i: number, parts: Partial<LogRecord> = {}): LogRecord {
  const stamp = `2026-11-22T10:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}.${String(i).padStart(9, '0')}Z`;
  const container = {
    id: `c${i % 3}`,
    name: `web-${i % 3}`,
    image: { name: 'nginx' },
    labels: { team: 'a' },
  };
  const key = createStreamKey('engine', container.id, 'stdout');
  return {
    '@timestamp': stamp,
    message: `request ${i} took ${i * 7} ms`,
    log: { iostream: 'stdout', level: i % 2 === 0 ? 'info' : 'warn' },
    container,
    host: { id: 'engine', name: 'alpha' },
    event: { id: recordId(key, stamp, i), dataset: 'docker.logs' },
    ...(i % 4 === 0 && { app: { user: `u${i}` } }),
    ...parts,
  };
}

export const aWriter = (dir: string): Writer =>
  createWriter({
    dir,
    retention: { ageMs: 'all', bytes: Infinity },
    packIdleMs: 0,
    notify: () => undefined,
  });

export const append = (writer: Writer, batch: Partial<StoreBatch>) =>
  writer.append({
    records: encodeRecords(batch.records ?? []),
    events: batch.events ?? [],
    samples: batch.samples ?? [],
  });

/** Packs all that the hour has, as when it is over. */
export async function packAll(dir: string, writer: Writer, limits?: PackLimits): Promise<void> {
  for (;;) {
    const draft = packHour(dir, { hour: HOUR, isOver: true }, limits);
    if (draft === null) return;
    await writer.adopt(draft);
    if (draft.isOver) return;
  }
}

/** Runs the steps of a question to its answer. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
