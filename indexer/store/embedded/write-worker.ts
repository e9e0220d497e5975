/** The thread that writes. */
import { workerData } from 'node:worker_threads';
import type { StoreBatch } from '../log-store.ts';
import type { Duplicates } from './hour-writer.ts';
import type { RetentionPolicy } from './retention.ts';
import { notify, serveThread } from './thread.ts';
import { createWriter, type Writer } from './writer.ts';

export type WriteMethods = {
  /** Makes sure that the folder can be used. */
  open: { argument: null; answer: null };
  append: { argument: StoreBatch; answer: Duplicates };
  quarantine: { argument: { hour: string; reason: string }; answer: null };
  tidy: { argument: number; answer: null };
  close: { argument: null; answer: null };
};
export type WriteWorkerData = { dir: string; retention: RetentionPolicy };

const { dir, retention } = workerData as WriteWorkerData;
let writer: Writer | undefined;
const opened = (): Writer => (writer ??= createWriter({ dir, retention, notify }));

serveThread<WriteMethods>({
  open() {
    opened();
    return null;
  },
  append: batch => opened().append(batch),
  quarantine: argument => opened().quarantine(argument),
  tidy: nowMs => opened().tidy(nowMs),
  close: () => writer?.close() ?? null,
});
