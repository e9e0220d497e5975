/** Samples over all hours, thinned: counted first, then only those are made that stand for their series. */
import type { MetricSample } from '#contract/metric-sample.ts';
import { idRange } from '../../../parse/record-id.ts';
import type { FindSamples } from '../../log-store.ts';
import { isKept } from '../../thin-samples.ts';
import { bytesOfId } from '../segment/id-bytes.ts';
import type { OpenHours } from './open-hours.ts';
import type { PackedSamples } from '../hours/pack-file.ts';
import { decodeSample, type Subject } from '../segment/sample-row.ts';

export function* findSamples(hours: OpenHours, find: FindSamples): Generator<undefined, MetricSample[]> {
  const { from, to } = idRange(find.from, find.to);
  const among = hours.within({ low: bytesOfId(from), high: bytesOfId(to) }, 'asc');
  const counts = new Map<string, number>();
  for (const hour of among) {
    yield* hours.use(hour, function* (reader) {
      for (const [container, { rows }] of reader.samples(find))
        counts.set(container, (counts.get(container) ?? 0) + rows.length);
      yield;
    });
  }
  const seen = new Map<string, number>();
  const isChosen = (container: string): boolean => {
    const index = seen.get(container) ?? 0;
    seen.set(container, index + 1);
    return isKept(index, counts.get(container) ?? 0, find.perContainer);
  };
  const samples: MetricSample[] = [];
  for (const hour of among) {
    yield* hours.use(hour, function* (reader) {
      samples.push(...chosenOf(reader.samples(find), isChosen).sort(byTime));
      yield;
    });
  }
  return samples;
}

function byTime(a: MetricSample, b: MetricSample): number {
  if (a['@timestamp'] !== b['@timestamp']) return a['@timestamp'] < b['@timestamp'] ? -1 : 1;
  return a.container.id < b.container.id ? -1 : 1;
}

function chosenOf(
  series: Map<string, PackedSamples>,
  isChosen: (container: string) => boolean,
): MetricSample[] {
  return [...series].flatMap(([container, { document, rows }]) => {
    const subject = JSON.parse(document) as Subject;
    return rows.filter(() => isChosen(container)).map(([at, reading]) => decodeSample(at, subject, reading));
  });
}
