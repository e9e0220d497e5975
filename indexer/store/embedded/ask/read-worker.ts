/** The thread that reads: runs the steps of all open questions in turn. */
import { setImmediate } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import type { Facets, Histogram, Total } from '#contract/query.ts';
import type { FindEvents, FindRecords, FindSamples, Selection } from '../../log-store.ts';
import { facets, findEvents, findRecords, histogram, type Steps } from './answers.ts';
import { findSamples } from './find-samples.ts';
import { createOpenHours, type OpenHours } from './open-hours.ts';
import { MovedError, toStoreError } from '../segment/store-error.ts';
import { notify, serveThread, tell } from '../thread.ts';
import { UnreadableFileError } from '../hours/unreadable.ts';

export type ReadMethods = {
  findRecords: { argument: FindRecords; answer: { records: LogRecord[]; total: Total } };
  histogram: { argument: Selection & { buckets: number }; answer: Histogram };
  facets: { argument: Selection & { field: string; limit: number }; answer: Facets };
  findEvents: { argument: FindEvents; answer: ContainerEvent[] };
  findSamples: { argument: FindSamples; answer: MetricSample[] };
  close: { argument: null; answer: null };
};
/** Told when a file cannot be read, so that the writer sets it aside. */
export type DamagedFile = { file: string; reason: string };

const { dir } = workerData as { dir: string };
const hours = createOpenHours(dir);

serveThread<ReadMethods>({
  findRecords: (find, signal) => answer(open => findRecords(open, find), signal),
  histogram: (selection, signal) => answer(open => histogram(open, selection), signal),
  facets: (selection, signal) => answer(open => facets(open, selection), signal),
  findEvents: (find, signal) => answer(open => findEvents(open, find), signal),
  findSamples: (find, signal) => answer(open => findSamples(open, find), signal),
  close() {
    hours.close();
    return null;
  },
});

/** Every file is found unreadable at most once, and moves are some minutes apart, so this comes to an end. */
async function answer<T>(ask: (hours: OpenHours) => Steps<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await runSteps(ask(hours), signal);
    } catch (error) {
      if (error instanceof MovedError) continue;
      if (!(error instanceof UnreadableFileError)) throw toStoreError(error, dir);
      const unreadable = { file: error.file, reason: error.message } satisfies DamagedFile;
      if (error.isDamaged) tell(unreadable);
      else notify('warn', 'file of a newer quaylog left out', unreadable);
    }
  }
}

/** So long a question has the thread before others get their turn, and it is looked whether anybody still wants the answer. */
const TURN_MS = 5;

async function runSteps<T>(steps: Steps<T>, signal: AbortSignal): Promise<T> {
  let turn = performance.now();
  try {
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      if (performance.now() - turn < TURN_MS) continue;
      await setImmediate();
      signal.throwIfAborted();
      turn = performance.now();
    }
  } finally {
    // Closes what an abandoned question still holds open.
    steps.return(undefined as T);
  }
}
