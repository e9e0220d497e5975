/**
 * Records, events and samples as documents, and back, exactly. The document is the record itself, so that Kibana shows what
 * we show; its id is `_id`. What a document cannot hold (half a pair of surrogates, a NUL in a name, a stamp of another
 * century) stands whole as JSON under `verbatim`, beside a copy that can be shown.
 */
import { createHash } from 'node:crypto';
import type { MetricSample } from '#contract/metric-sample.ts';
import { stampOfId } from '../../../parse/record-id.ts';
import { MAX_DEPTH, OWN, VERBATIM } from './mapping.ts';
import { END_STAMP, FIRST_STAMP, isPlainKey, MAX_NAME, type OwnFields, type Stored } from './own-fields.ts';

/** A stored document as a search answers it, perhaps without fields that were not asked for. */
export type FoundDocument = { id: string; source: Record<string, unknown> };

/** The document of a record that it cannot hold as it is: a copy that can be shown, and the record verbatim. */
export function verbatimDocument(record: Stored, own: OwnFields): { at: string; source: object } {
  const {
    event: { id, ...event },
    ...rest
  } = record;
  const at = stampOfId(id);
  const shown = presentable({ ...rest, event }, { depth: 0, length: 0 }) as { event: object };
  return {
    at,
    source: {
      ...shown,
      '@timestamp': at,
      event: { ...shown.event, [VERBATIM]: JSON.stringify(record) },
      [OWN]: own,
    },
  };
}

/** The record or event that became this document, by what its index holds. */
export function fromDocument({ id, source }: FoundDocument): Stored {
  const { event, ...rest } = source as { event?: Record<string, unknown> };
  const verbatim = event?.[VERBATIM];
  if (typeof verbatim === 'string') return JSON.parse(verbatim) as Stored;
  return { ...rest, event: { ...event, id } } as unknown as Stored;
}

/** `at`: the stamp that tells which day's index it belongs to. A sample's identity is its container and its moment. */
export function toSampleDocument(sample: MetricSample): { id: string; at: string; source: object } {
  const { '@timestamp': stamp, container } = sample;
  const id = createHash('sha256').update(`${stamp} ${container.id}`).digest('base64url');
  const at = stamp < FIRST_STAMP ? FIRST_STAMP : stamp < END_STAMP ? stamp : END_STAMP;
  const texts = [container.id, container.name, sample.host.id, sample.host.name];
  if (at === stamp && texts.every(text => text.isWellFormed())) return { id, at, source: sample };
  const shown = presentable(sample, { depth: 0, length: 0 }) as object;
  return { id, at, source: { ...shown, '@timestamp': at, [VERBATIM]: JSON.stringify(sample) } };
}

export function fromSampleDocument({ source }: FoundDocument): MetricSample {
  const verbatim = source[VERBATIM];
  return (typeof verbatim === 'string' ? JSON.parse(verbatim) : source) as MetricSample;
}

/** A copy that JSON of UTF-8 and a flattened field can hold: without the keys and depths they refuse. `length`: of the name so far. */
function presentable(value: unknown, { depth, length }: { depth: number; length: number }): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map(element => presentable(element, { depth: depth + 1, length }));
  const kept = Object.entries(value).flatMap(([key, below]) => {
    const size = length + key.length + 1;
    return isPlainKey(key) && size <= MAX_NAME + 1
      ? [[key, presentable(below, { depth: depth + 1, length: size })] as const]
      : [];
  });
  return Object.fromEntries(kept);
}
