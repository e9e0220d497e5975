/** Samples over all hours, thinned: counted first, then only those are read that stand for their series. */
import type { MetricSample } from '#contract/metric-sample.ts';
import { idRange } from '../../parse/record-id.ts';
import type { FindSamples } from '../log-store.ts';
import { isKept } from '../thin-samples.ts';
import type { HourReader } from './hour-reader.ts';
import { bytesOfId } from './id-bytes.ts';
import type { OpenHours } from './open-hours.ts';
import { decodeSample, type Subject } from './sample-row.ts';

export function* findSamples(hours: OpenHours, find: FindSamples): Generator<undefined, MetricSample[]> {
  const { from, to } = idRange(find.from, find.to);
  const among = hours.within({ low: bytesOfId(from), high: bytesOfId(to) }, 'asc');
  const counts = new Map<string, number>();
  for (const hour of among) {
    yield* hours.use(hour, function* (reader) {
      for (const [container, count] of countSamples(reader, find)) {
        counts.set(container, (counts.get(container) ?? 0) + count);
      }
      yield;
    });
  }
  const seen = new Map<string, number>();
  const samples: MetricSample[] = [];
  const isChosen = (container: string): boolean => {
    const index = seen.get(container) ?? 0;
    seen.set(container, index + 1);
    return isKept(index, counts.get(container) ?? 0, find.perContainer);
  };
  for (const hour of among) {
    yield* hours.use(hour, function* (reader) {
      samples.push(...readSamples(reader, find, isChosen));
      yield;
    });
  }
  return samples;
}

const FROM = `FROM subjects JOIN samples USING (subject) WHERE at >= ? AND at < ?`;
const wanted = ({ containerIds }: FindSamples): string =>
  containerIds === undefined ? '' : `AND container IN (${containerIds.map(() => '?').join()})`;

function countSamples(reader: HourReader, find: FindSamples): [string, number][] {
  const sql = `SELECT container, count(*) ${FROM} ${wanted(find)} GROUP BY container`;
  return reader.rows(sql, find.from, find.to, ...(find.containerIds ?? [])) as [string, number][];
}

function readSamples(
  reader: HourReader,
  find: FindSamples,
  isChosen: (container: string) => boolean,
): MetricSample[] {
  const sql = `SELECT container, at, document, reading ${FROM} ${wanted(find)} ORDER BY at, container`;
  const subjects = new Map<string, Subject>();
  const samples: MetricSample[] = [];
  for (const row of reader.each(sql, find.from, find.to, ...(find.containerIds ?? []))) {
    const [container, at, document, reading] = row as [string, string, string, string];
    if (!isChosen(container)) continue;
    const subject = subjects.get(container) ?? (JSON.parse(document) as Subject);
    subjects.set(container, subject);
    samples.push(decodeSample(at, subject, reading));
  }
  return samples;
}
