/** `quaylog migrate` as operators run it, on a real Elasticsearch: killed on its way, run again, asked the same afterwards. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import type { MigrationReport, MigrationRequest } from '#contract/migration.ts';
import { migrateStore } from '#indexer/migrate/migrate.ts';
import { createStreamKey, recordId } from '#indexer/parse/record-id.ts';
import { createEmbeddedStore } from '#indexer/store/embedded-store.ts';
import type { LogStore } from '#indexer/store/log-store.ts';
import { anyLogRecord } from '../support/awkward.ts';
import { anyQuestion, expectSameAnswers } from '../support/questions.ts';
import { newPrefix, openTestStore, removeIndices } from '../support/elasticsearch-store.ts';
import { ELASTICSEARCH_PATIENCE_MS, sharedElasticsearch } from '../support/elasticsearch.ts';
import { eventually } from '../support/eventually.ts';
import { ROOT, startProgram } from '../support/program.ts';
import { anEvent, aSample } from '../support/records.ts';
import { batchOf, EVER } from './store-under-test.ts';

const HOURS = ['2026-11-20T22', '2026-11-20T23', '2026-11-21T00', '2026-11-21T12', '2026-11-22T09'];
/** Files of format 1 as they were written then. */
const OLD_HOURS = ['2026-11-22T10', '2026-11-22T11'];
const PER_HOUR = 4_200;
const DIFFERENT = 700;
const seed = 20_261_122;

let elasticsearch: string;
let data: string;
const prefix = newPrefix();

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'quaylog-migrate-'));
  [elasticsearch] = await Promise.all([sharedElasticsearch('8.19'), fillStore(join(data, 'logs'))]);
}, ELASTICSEARCH_PATIENCE_MS);
afterAll(async () => {
  if (elasticsearch) await removeIndices(elasticsearch, prefix);
  rmSync(data, { recursive: true, force: true });
});

const migrate = (args: string[] = [], env: Record<string, string> = {}) =>
  startProgram({
    args: ['migrate', '--data', data, ...args],
    env: { QUAYLOG_ELASTICSEARCH_URL: elasticsearch, QUAYLOG_ELASTICSEARCH_PREFIX: prefix, ...env },
  });

describe('quaylog migrate', { timeout: 120_000 }, () => {
  test('killed twice on its way and run again, it has everything there once, and says so', async () => {
    for (const notedHours of [1, 3]) {
      const program = migrate();
      // In the middle of the hour after those.
      await eventually(async () => hoursNoted() >= notedHours && (await documentsSent()) > documentsNoted(), {
        what: 'so many hours are done',
        everyMs: 5,
      });
      await program.kill();
    }
    expect(hoursNoted()).toBeLessThan(HOURS.length + OLD_HOURS.length);

    const last = migrate(['--json']);
    expect([await last.exitCode(), last.output()]).toMatchObject([0, expect.stringContaining('"days"')]);
    const { days, unreadable } = JSON.parse(last.stdout()) as MigrationReport;
    expect(days.map(({ day, trouble }) => [day, trouble])).toEqual([
      ['2026-11-20', null],
      ['2026-11-21', null],
      ['2026-11-22', null],
    ]);
    expect(unreadable).toEqual([]);
    const sum = (of: (day: (typeof days)[number]) => number) => days.reduce((all, day) => all + of(day), 0);
    expect(sum(({ there }) => there)).toBeGreaterThan(0);
    expect(sum(({ read }) => read.records)).toBe(sum(({ found }) => found));

    const again = migrate();
    expect(await again.exitCode()).toBe(0);
    expect(again.output()).toMatch(/All of 3 days is in/);
  });

  test('the same questions have the same answers there', async () => {
    const [embedded, migrated] = await Promise.all([
      openEmbedded(join(data, 'logs')),
      openTestStore(elasticsearch, prefix),
    ]);
    try {
      const whole = {
        ...EVER,
        query: { type: 'all' as const },
        order: 'asc' as const,
        limit: 1,
        countUpTo: Infinity,
      };
      const { total } = await embedded.findRecords(whole);
      expect(total.value).toBeGreaterThan(20_000);
      await fc.assert(
        fc.asyncProperty(anyQuestion(aRange), question => expectSameAnswers(migrated, embedded, question)),
        { numRuns: 8, seed },
      );
      const every = { ...EVER, order: 'asc' as const, limit: 10_000 };
      expect(await migrated.findEvents(every)).toEqual(await embedded.findEvents(every));
      const samples = { ...EVER, perContainer: 10_000 };
      expect(await migrated.findSamples(samples)).toEqual(await embedded.findSamples(samples));
    } finally {
      await Promise.all([embedded.close(), migrated.close()]);
    }
  });
});

describe('what cannot be migrated is said', { timeout: 60_000 }, () => {
  /** Without the terminal. */
  const ask = (flags: Record<string, string>, more: Partial<MigrationRequest> = {}) =>
    migrateStore(
      { data, elasticsearchUrl: elasticsearch, elasticsearchPrefix: prefix, ...flags },
      { onProgress: () => undefined, onRemark: () => undefined, ...more },
    );

  test('a target that is none, a folder without a store, a store in use: each with what to do', async () => {
    const nowhere = migrate([], { QUAYLOG_ELASTICSEARCH_URL: 'http://127.0.0.1:1' });
    expect([await nowhere.exitCode(), nowhere.output()]).toEqual([
      1,
      expect.stringMatching(/cannot be reached.*QUAYLOG_ELASTICSEARCH_URL/) as string,
    ]);
    expect(await ask({ elasticsearchUrl: 'ftp://x' })).toEqual({
      problems: [expect.stringMatching(/is not an http or https address/) as string],
    });
    await expect(ask({ data: join(data, 'nothing') })).rejects.toThrow(/is not there: is .* the data folder/);
    const user = await openEmbedded(join(data, 'logs'));
    await expect(ask({})).rejects.toMatchObject({
      sentence: expect.stringMatching(/in use by another Quaylog.*backup/) as string,
    });
    await user.close();
  });

  test('a trial counts and changes nothing; a damaged file is named, and fails it', async () => {
    const damaged = mkdtempSync(join(tmpdir(), 'quaylog-migrate-'));
    try {
      const isWanted = (path: string) => !/\d\d-\d\dT/.test(path) || path.includes(HOURS[0]!);
      cpSync(join(data, 'logs'), join(damaged, 'logs'), { recursive: true, filter: isWanted });
      expect(await ask({ data: damaged }, { isTrial: true })).toMatchObject({
        planned: [{ day: '2026-11-20', counts: { records: PER_HOUR, events: 1, samples: 1 } }],
        days: [],
      });
      const sinceMs = Date.parse('2026-11-22');
      expect(await ask({ data: damaged }, { isTrial: true, sinceMs })).toMatchObject({ planned: [] });
      expect(existsSync(join(damaged, 'migration.json'))).toBe(false);

      const pack = readdirSync(join(damaged, 'logs')).find(name => name.endsWith('.pack'))!;
      const bytes = readFileSync(join(damaged, 'logs', pack));
      bytes.fill(0, 1_000, 2_000);
      writeFileSync(join(damaged, 'logs', pack), bytes);
      const program = migrate(['--data', damaged]);
      expect(await program.exitCode()).toBe(1);
      expect(program.stdout()).toContain(`damaged  ${pack}`);
    } finally {
      rmSync(damaged, { recursive: true, force: true });
    }
  });
});

type Noted = { hours: Record<string, { size: { records: number } }> };
function readNoted(): Noted['hours'] {
  const file = join(data, 'migration.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Noted).hours : {};
}
const hoursNoted = (): number => Object.keys(readNoted()).length;
const documentsNoted = (): number =>
  Object.values(readNoted()).reduce((sum, { size }) => sum + size.records, 0);

/** What the server has taken, searchable or not. */
async function documentsSent(): Promise<number> {
  const answer = await fetch(`${elasticsearch}/${prefix}-logs-*/_stats/indexing`);
  const stats = (await answer.json()) as { _all: { primaries: { indexing?: { index_total: number } } } };
  return stats._all.primaries.indexing?.index_total ?? 0;
}

/** Within an hour, so that no question looks at all there is. */
const aRange = fc
  .tuple(fc.constantFrom(...HOURS), fc.nat(5))
  .map(([hour, second]) => ({ from: `${hour}:41:0${second}.000000000Z`, to: `${hour}:41:07.123456789Z` }));

/** Hours that are packed, that got late records after that, that were never packed, and of format 1. */
async function fillStore(logs: string): Promise<void> {
  const different = fc.sample(anyLogRecord(), { numRuns: DIFFERENT, seed });
  const ofHour = (hour: string, half: number): LogRecord[] =>
    Array.from({ length: PER_HOUR / 2 }, (_, i) => {
      const ordinal = half * PER_HOUR + i;
      return movedTo(different[ordinal % DIFFERENT]!, hour, ordinal);
    });
  const [packed, live] = [HOURS.slice(0, 4), HOURS.slice(4)];
  const first = await openEmbedded(logs);
  for (const hour of packed) await first.append(batchOf({ records: ofHour(hour, 0) }));
  await first.append(
    batchOf({
      events: packed.map(hour => anEvent({ at: `${hour}:00:01.000000000Z` })),
      samples: packed.map(hour => aSample({ at: `${hour}:00:02.000000000Z` })),
    }),
  );
  await first.close();
  const second = await openEmbedded(logs, 0);
  await eventually(() => packed.every(hour => !existsSync(join(logs, `${hour}.db`))), {
    what: 'hours are packed',
  });
  // The second packs at its start only.
  for (const hour of packed) await second.append(batchOf({ records: ofHour(hour, 1) }));
  for (const hour of live)
    for (const half of [0, 1]) await second.append(batchOf({ records: ofHour(hour, half) }));
  await second.append(batchOf({ samples: live.map(hour => aSample({ at: `${hour}:00:02.000000000Z` })) }));
  await second.close();
  for (const hour of OLD_HOURS) {
    const old = readFileSync(join(ROOT, `test/fixtures/store/format-1-${hour}.db.zst`));
    writeFileSync(join(logs, `${hour}.db`), zstdDecompressSync(old));
  }
}

/** The same record in another hour, with the id that it has there. */
function movedTo(record: LogRecord, hour: string, ordinal: number): LogRecord {
  const stamp = hour + record['@timestamp'].slice(13);
  const key = createStreamKey(record.host.id, record.container.id, record.log.iostream);
  return { ...record, '@timestamp': stamp, event: { ...record.event, id: recordId(key, stamp, ordinal) } };
}

function openEmbedded(dir: string, packIdleMs = 1e9): Promise<LogStore> {
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  return createEmbeddedStore({
    dir,
    retentionAgeMs: 'all',
    retentionBytes: Infinity,
    now: () => new Date(),
    log: quiet,
    tidyEveryMs: 1e9,
    packIdleMs,
  });
}
