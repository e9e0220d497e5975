/** A sample as a row of numbers, and back. */
import type { MetricSample, Reading } from '#contract/metric-sample.ts';

/** The order of numbers in `samples.reading`: only ever append. */
const COLUMNS = [
  'cpuPercent',
  'memoryBytes',
  'memoryLimitBytes',
  'networkRxBytes',
  'networkTxBytes',
  'blockReadBytes',
  'blockWriteBytes',
  'pids',
] as const satisfies readonly (keyof Reading)[];

/** Whose samples: stored once per container and file. */
export type Subject = Pick<MetricSample, 'container' | 'host'>;

export const subjectOf = ({ container, host }: MetricSample): Subject => ({ container, host });

/** `subject` is the stored one; where the sample's differs (a renamed container), its own follows the numbers. */
export function encodeReading(sample: MetricSample, subject: string): string {
  const own = subjectOf(sample);
  const numbers = COLUMNS.map(column => sample[column]);
  return JSON.stringify(JSON.stringify(own) === subject ? numbers : [...numbers, own]);
}

export function decodeSample(stamp: string, subject: Subject, reading: string): MetricSample {
  const values = JSON.parse(reading) as unknown[];
  const own = values[COLUMNS.length] as Subject | undefined;
  const numbers = Object.fromEntries(COLUMNS.map((column, i) => [column, values[i]])) as Reading;
  return { '@timestamp': stamp, ...(own ?? subject), ...numbers };
}

/** A reading that was stored under subject `from`, as it is stored under subject `to`. */
export function underSubject(reading: string, from: string, to: string): string {
  const values = JSON.parse(reading) as unknown[];
  return from === to || values.length > COLUMNS.length
    ? reading
    : JSON.stringify([...values, JSON.parse(from) as Subject]);
}
