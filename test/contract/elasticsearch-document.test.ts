/** What a document of Elasticsearch gives back is what it was made of. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { documentsOf } from '#indexer/store/elasticsearch/write/batch-documents.ts';
import { fromDocument, fromSampleDocument } from '#indexer/store/elasticsearch/document/document.ts';
import type { StoreBatch } from '#indexer/store/log-store.ts';
import { OWN } from '#indexer/store/elasticsearch/document/mapping.ts';
import { anyLogRecord } from '../support/awkward.ts';
import { anEvent, aSample } from '../support/records.ts';

/** As the server answers it: without our own fields. */
function stored(batch: Partial<StoreBatch>): { id: string; source: Record<string, unknown> } {
  const [document] = documentsOf({ records: [], events: [], samples: [], ...batch }, 'quaylog').documents;
  const { id, source: json } = document!;
  expect(json.isWellFormed() && !/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(json)).toBe(true);
  const kept = Object.entries(JSON.parse(json) as object).filter(([key]) => key !== OWN);
  return { id, source: Object.fromEntries(kept) };
}

describe('a document', () => {
  test('gives any record back', () => {
    fc.assert(
      fc.property(anyLogRecord(), record => {
        expect(fromDocument(stored({ records: [record] }))).toEqual(record);
      }),
      { numRuns: 1_000 },
    );
  });

  test('gives names back that mean something to JavaScript', () => {
    const app = JSON.parse('{"__proto__":{"admin":true},"constructor":1}') as Record<string, unknown>;
    const [record] = fc.sample(anyLogRecord(), { numRuns: 1, seed: 1 }) as [LogRecord];
    const back = fromDocument(stored({ records: [{ ...record, app }] })) as LogRecord;
    expect(JSON.stringify(back.app)).toBe(JSON.stringify(app));
  });

  test('gives an event back', () => {
    const event = anEvent({
      action: 'exec_start: half \ud83d',
      process: { exit_code: 137 },
      evidence: { oomKilled: true, error: '' },
      gap: { from: '1960-01-01T00:00:00Z', to: 'x', reason: 'rotated', lines: 3 },
    });
    for (const one of [event, anEvent(), anEvent({ at: '1960-01-01T00:00:00.000000000Z' })]) {
      expect(fromDocument(stored({ events: [one] }))).toEqual(one);
    }
  });

  test('gives a sample back', () => {
    const samples = [
      aSample({ memoryLimitBytes: null }),
      aSample({ container: { id: 'half\ud83d', name: '\0' } }),
      aSample({ at: '1960-01-01T00:00:00.000000000Z' }),
    ];
    for (const sample of samples) expect(fromSampleDocument(stored({ samples: [sample] }))).toEqual(sample);
  });
});
