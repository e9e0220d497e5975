/** The thread that writes. */
import { workerData } from 'node:worker_threads';
import type { PackDraft, PackOrder } from './packing.ts';
import { notify, serveThread } from '../thread.ts';
import { createWriter, type EncodedBatch, type Writer, type WriterOptions } from './writer.ts';
import type { Duplicates } from './hour-batch.ts';

export type WriteMethods = {
  /** Makes sure that the folder can be used. */
  open: { argument: null; answer: null };
  append: { argument: EncodedBatch; answer: Duplicates };
  quarantine: { argument: { file: string; reason: string }; answer: null };
  quarantineHour: { argument: { hour: string; reason: string }; answer: null };
  tidy: { argument: number; answer: PackOrder[] };
  adopt: { argument: PackDraft; answer: null };
  close: { argument: null; answer: null };
};
export type WriteWorkerData = Omit<WriterOptions, 'notify'>;

const options = workerData as WriteWorkerData;
let writer: Writer | undefined;
const opened = (): Writer => (writer ??= createWriter({ ...options, notify }));

serveThread<WriteMethods>({
  open() {
    opened();
    return null;
  },
  append: batch => opened().append(batch),
  quarantine: argument => opened().quarantine(argument),
  quarantineHour: argument => opened().quarantineHour(argument),
  tidy: nowMs => opened().tidy(nowMs),
  adopt: draft => opened().adopt(draft),
  close: () => writer?.close() ?? null,
});
