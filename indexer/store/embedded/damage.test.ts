import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { QueryNode } from '../../query/query-tree.ts';
import { findRecords, histogram } from './ask/answers.ts';
import { append, aRecordOf, aWriter, FIND, finish, packAll } from './hours.fixture.ts';
import { createOpenHours } from './ask/open-hours.ts';
import { UnreadableFileError } from './hours/unreadable.ts';

const QUERIES: QueryNode[] = [
  { type: 'all' },
  { type: 'is', field: 'message', value: { kind: 'word', text: 'took' } },
];
const sealed = Array.from({ length: 600 }, (_, i) => aRecordOf(i));
const records = [...sealed, ...Array.from({ length: 30 }, (_, i) => aRecordOf(600 + i))];
const originals = new Map(records.map(record => [record.event.id, record]));

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'quaylog-damage-'))));
afterEach(() => rmSync(dir, { recursive: true }));

/** A sealed block and a small one; or a pack of both. Its name in the folder. */
async function writeFiles(isPacked: boolean): Promise<string> {
  const writer = aWriter(dir);
  await append(writer, { records: sealed });
  await append(writer, { records: records.slice(sealed.length) });
  if (isPacked) await packAll(dir, writer);
  await writer.close();
  return readdirSync(dir).find(name => name.startsWith('2026')) ?? '';
}

describe.each([
  ['live file', false],
  ['pack', true],
])('a flipped bit in a %s', (_, isPacked) => {
  test('never shows as a wrong record', { timeout: 120_000 }, async () => {
    const name = await writeFiles(isPacked);
    const path = join(dir, name);
    const whole = readFileSync(path);
    copyFileSync(path, join(dir, 'whole'));
    let damaged = 0;
    fc.assert(
      fc.property(fc.nat(whole.length * 8 - 1), bit => {
        const bytes = Buffer.from(whole);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        rmSync(path, { force: true });
        writeFileSync(path, bytes);
        const hours = createOpenHours(dir);
        try {
          for (const query of QUERIES) {
            for (const record of finish(findRecords(hours, { ...FIND, query })).records)
              expect(record).toEqual(originals.get(record.event.id));
            finish(histogram(hours, { ...FIND, query, buckets: 60 }));
          }
        } catch (error) {
          if (!(error instanceof UnreadableFileError)) throw error;
          damaged++;
        } finally {
          hours.close();
        }
      }),
      { numRuns: 120 },
    );
    expect(damaged).toBeGreaterThan(0);
    rmSync(path, { force: true });
    copyFileSync(join(dir, 'whole'), path);
    const hours = createOpenHours(dir);
    expect(finish(findRecords(hours, FIND)).records).toEqual(records);
    hours.close();
  });
});

test('a pack that is cut anywhere is damaged', async () => {
  const name = await writeFiles(true);
  const whole = readFileSync(join(dir, name));
  for (let length = 0; length < whole.length; length += 97) {
    writeFileSync(join(dir, name), whole.subarray(0, length));
    const hours = createOpenHours(dir);
    expect(() => finish(findRecords(hours, FIND))).toThrow(UnreadableFileError);
    hours.close();
  }
});
