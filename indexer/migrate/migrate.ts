/**
 * `quaylog migrate`: all that the embedded store holds, into Elasticsearch. Hour by hour, newest first. Whatever is sent twice
 * meets itself there, because ids follow from the documents: it may be killed at any moment and run again.
 */
import { join } from 'node:path';
import type { MigratedDay, MigrateStore, MigrationReport, MigrationRequest } from '#contract/migration.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { readIndexerConfig, type IndexerConfig } from '../config.ts';
import { logsOf } from '../store-upkeep.ts';
import { lockFolder } from '../store/embedded/hours/folder.ts';
import { contentsOfHour } from '../store/embedded/hours/hour-contents.ts';
import type { LogStore } from '../store/log-store.ts';
import { openStore, storeOptionsOf } from '../store/open-store.ts';
import { daysOf, documentsIn, judgeDay, sumOfCounts, type HourSent } from './day.ts';
import { openProgressFile, type ProgressFile } from './progress-file.ts';
import { Sender } from './send-all.ts';
import { readingHour, surveyHours, type Survey, type UnreadableFile } from './survey.ts';

const DAY_MS = 86_400_000;

/**
 * `problems`: settings that cannot be used. Rejects with `QuaylogError` `store_failed` when the folder has no store or an indexer
 * uses it, when the target cannot be begun with, and when it took nothing for ten minutes.
 */
export const migrateStore: MigrateStore = async (flags, request) => {
  const { config, problems } = readIndexerConfig({ ...flags, store: 'elasticsearch' });
  if (problems.length > 0) return { problems: problems.map(({ message }) => message) };
  const logs = logsOf(config.data);
  const lock = takeFolder(logs);
  try {
    const survey = await surveyHours(logs, request.sinceMs);
    return request.isTrial === true ? planOf(survey, config) : await migrate(survey, config, request);
  } finally {
    lock.close();
  }
};

function takeFolder(logs: string): { close: () => void } {
  try {
    return lockFolder(logs);
  } catch (cause) {
    const { message } = cause as Error;
    if (!message.includes('in use')) throw cause;
    const hint = 'Stop it first, or migrate a copy: `quaylog store backup DIR`, then --data DIR.';
    throw new QuaylogError('store_failed', message, { cause, hint });
  }
}

const targetOf = (config: IndexerConfig): string =>
  `${config.elasticsearchPrefix} at ${config.elasticsearchUrl.join(', ')}`;

function planOf({ hours, unreadable, setAside }: Survey, config: IndexerConfig): MigrationReport {
  const planned = daysOf(hours.map(({ files, size }) => ({ hour: files.hour, ...size }))).map(
    ([day, sizes]) => ({ day, counts: sumOfCounts(sizes) }),
  );
  return { target: targetOf(config), days: [], planned, unreadable, setAside };
}

async function migrate(
  survey: Survey,
  config: IndexerConfig,
  request: MigrationRequest,
): Promise<MigrationReport> {
  const target = targetOf(config);
  const store = await openTarget(config, request.onRemark);
  try {
    // Says at once what is wrong with the target, if anything is.
    await countRecords(store, new Date().toISOString().slice(0, 10));
    const progress = openProgressFile(join(config.data, 'migration.json'), target);
    const { sent, unreadable } = await sendHours({ survey, progress, store, request });
    const days: MigratedDay[] = [];
    for (const [day, hours] of daysOf(sent)) days.push(judgeDay(day, hours, await countRecords(store, day)));
    const { setAside } = survey;
    return { target, days, planned: [], unreadable: [...survey.unreadable, ...unreadable], setAside };
  } finally {
    await store.close();
  }
}

/** Drops nothing: what is old is for the indexer to drop, when it runs on the target. */
function openTarget(config: IndexerConfig, onRemark: (text: string) => void): Promise<LogStore> {
  const tell = (fields: Record<string, unknown>, message: string): void => {
    const { err, ...rest } = fields;
    onRemark(
      [message, (err as Error | undefined)?.message, ...Object.values(rest)].filter(Boolean).join(': '),
    );
  };
  const log = { info: () => undefined, warn: tell, error: tell };
  return openStore(storeOptionsOf({ ...config, retentionAge: 'all' }, { now: () => new Date(), log }));
}

type Sending = { survey: Survey; progress: ProgressFile; store: LogStore; request: MigrationRequest };

/** What became of each hour; and the files that turned out to be unreadable. */
async function sendHours({ survey, progress, store, request }: Sending) {
  const { logs, hours } = survey;
  const total = hours.reduce((sum, { size }) => sum + documentsIn(size), 0);
  let done = 0;
  let hour = '';
  const advance = (documents: number): void => {
    done += documents;
    request.onProgress({ hour, done, total });
  };
  const sender = new Sender({ store, onTaken: advance, onRemark: request.onRemark });
  const sent: HourSent[] = [];
  const unreadable: UnreadableFile[] = [];
  for (const { files, size } of hours) {
    hour = files.hour;
    let outcome = progress.outcomeOf(hour, size);
    if (outcome) advance(documentsIn(size));
    else {
      const fresh = await readingHour(logs, files, reader => sender.sendAll(contentsOfHour(reader)));
      if ('reason' in fresh) {
        unreadable.push(fresh);
        continue;
      }
      progress.note(hour, size, fresh);
      outcome = fresh;
    }
    sent.push({ ...outcome, hour, said: size.records });
  }
  return { sent, unreadable };
}

/** The total of a day, of the target itself. */
async function countRecords(store: LogStore, day: string): Promise<number> {
  const next = new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
  const { total } = await store.findRecords({
    from: `${day}T00:00:00.000000000Z`,
    to: `${next}T00:00:00.000000000Z`,
    query: { type: 'all' },
    order: 'asc',
    limit: 0,
    countUpTo: Infinity,
  });
  return total.value;
}
