import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { createStreamKey, recordId } from '../../parse/record-id.ts';
import type { FindRecords } from '../log-store.ts';
import { findRecords, histogram, type Steps } from './answers.ts';
import { createHourWriter } from './hour-writer.ts';
import { createOpenHours, UnreadableHourError } from './open-hours.ts';

const HOUR = '2026-11-22T10';
const FIND: FindRecords = {
  from: '2026-11-22T10:00:00.000000000Z',
  to: '2026-11-22T11:00:00.000000000Z',
  query: { type: 'all' },
  order: 'asc',
  limit: 1_000,
  countUpTo: 10_000,
};
const records = Array.from({ length: 60 }, (_, i) => aRecord(i));

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'quaylog-damage-'));
  const writer = createHourWriter(join(dir, 'whole'));
  const placed = records.map((document, place) => ({ place, document }));
  writer.append({ records: placed, events: [], samples: [] });
  writer.close();
});
afterEach(() => rmSync(dir, { recursive: true }));

function aRecord(i: number): LogRecord {
  const stamp = `2026-11-22T10:${String(i).padStart(2, '0')}:00.000000000Z`;
  const key = createStreamKey('engine', 'container', 'stdout');
  return {
    '@timestamp': stamp,
    message: `request ${i} took ${i * 7} ms`,
    log: { iostream: 'stdout', level: i % 2 === 0 ? 'info' : 'warn' },
    container: { id: `c${i % 3}`, name: `web-${i % 3}`, image: { name: 'nginx' }, labels: { team: 'a' } },
    host: { id: 'engine', name: 'alpha' },
    event: { id: recordId(key, stamp, i), dataset: 'docker.logs' },
    app: { user: `u${i}` },
  };
}

function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

test('a flipped bit never shows as a wrong record', { timeout: 120_000 }, () => {
  const whole = readFileSync(join(dir, 'whole'));
  const path = join(dir, `${HOUR}.db`);
  const originals = new Map(records.map(record => [record.event.id, record]));
  let damaged = 0;
  fc.assert(
    fc.property(fc.nat(whole.length * 8 - 1), bit => {
      const bytes = Buffer.from(whole);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      rmSync(path, { force: true });
      writeFileSync(path, bytes);
      const hours = createOpenHours(dir);
      try {
        for (const record of finish(findRecords(hours, FIND)).records) {
          expect(record).toEqual(originals.get(record.event.id));
        }
        finish(histogram(hours, { ...FIND, buckets: 60 }));
      } catch (error) {
        if (!(error instanceof UnreadableHourError)) throw error;
        damaged++;
      } finally {
        hours.close();
      }
    }),
    { numRuns: 400 },
  );
  expect(damaged).toBeGreaterThan(0);
  copyFileSync(join(dir, 'whole'), path);
  const hours = createOpenHours(dir);
  expect(finish(findRecords(hours, FIND)).records).toEqual(records);
  hours.close();
});
