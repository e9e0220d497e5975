/** Entry of the indexer: read the settings, create, start, stop on SIGTERM. Exit code 2: mend the settings first; 1: it may pass. */
import { parseArgs } from 'node:util';
import pino from 'pino';
import { SETTINGS } from '#contract/setting-list.ts';
import { flagOf } from '#contract/settings.ts';
import { readIndexerConfig, type Flags } from './config.ts';
import { createIndexer } from './indexer.ts';
import { startTrouble, type StartTrouble } from './start-trouble.ts';

/** For commands that load this program, but do not run it. */
export { migrateStore } from './migrate/migrate.ts';
export { hashPassword, openOperator } from './operator.ts';
export { openDeadLetters } from './store/open-dead-letters.ts';
export { backUpStore, checkStore } from './store-upkeep.ts';

const EXIT_MAY_PASS = 1;
const EXIT_BAD_SETTINGS = 2;
const STOP_DEADLINE_MS = 10_000;

/** Runs until SIGTERM or SIGINT; answers the exit code. */
export async function runIndexer(flags: Flags = {}): Promise<number> {
  const { config, problems } = readIndexerConfig(flags);
  if (problems.length > 0) return complain(problems.map(({ message }) => ({ message, mayPass: false })));
  const log = pino({ name: 'quaylog-indexer', level: config.logLevel }, pino.destination(2));
  const indexer = await createIndexer({ config, log }).catch((error: unknown) => error as Error);
  if (indexer instanceof Error) return complain([startTrouble(indexer, config)]);
  try {
    await indexer.listen();
  } catch (error) {
    await indexer.close();
    return complain([startTrouble(error as Error, config)]);
  }
  await stopSignal();
  setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
  await indexer.close();
  return 0;
}

function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

function complain(troubles: StartTrouble[]): number {
  for (const { message } of troubles) process.stderr.write(`quaylog indexer: ${message}\n`);
  return troubles.every(({ mayPass }) => mayPass) ? EXIT_MAY_PASS : EXIT_BAD_SETTINGS;
}

if (import.meta.main) {
  const names = Object.keys(SETTINGS);
  const options = Object.fromEntries(names.map(name => [flagOf(name), { type: 'string' as const }]));
  const { values } = parseArgs({ options });
  const flags = Object.fromEntries(names.map(name => [name, values[flagOf(name)]]));
  process.exitCode = await runIndexer(flags);
}
