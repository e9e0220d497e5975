/** `quaylog migrate`: what the embedded store holds, into Elasticsearch, with progress, and counted at the end. */
import type { Command } from 'commander';
import type { KindCounts, MigratedDay, MigrationReport } from '#contract/migration.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { CliError, EXIT } from './cli-error.ts';
import type { Flags } from './config.ts';
import { importProgram } from './import-program.ts';
import { openProgressScreen, type ProgressScreen } from './migrate-progress.ts';
import { openOutput } from './output.ts';
import { addFlags, settingFlags } from './setting-flags.ts';
import { cleanText, toSafeJson } from './terminal-text.ts';
import { parseMoment } from './time-range.ts';

type MigrateOptions = Record<string, unknown> & { since?: string; dryRun?: boolean; json?: boolean };

export function addMigrateCommand(program: Command): void {
  const command = program
    .command('migrate')
    .description('Copy what the embedded store holds into Elasticsearch; run again, it goes on where it was.')
    .option('--since <time>', 'only hours that end after this age (15m, 2h, 3d) or date')
    .option('--dry-run', 'only say how much there is')
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nNothing is changed in the embedded store. No indexer may use it meanwhile: start yours with QUAYLOG_STORE=elasticsearch\n' +
        'first, so that new lines go there, or migrate a copy that `quaylog store backup` made. Whatever is sent twice is kept once.\n' +
        'Exit code 0: all is there; 1: not all, or it failed, with the reason; 2: not asked rightly.',
    );
  addFlags(command, [
    'data',
    'elasticsearchUrl',
    'elasticsearchUser',
    'elasticsearchPassword',
    'elasticsearchApiKey',
    'elasticsearchCa',
    'elasticsearchPrefix',
  ]).action((options: MigrateOptions) => runMigrate(options));
}

async function runMigrate(options: MigrateOptions): Promise<void> {
  const output = openOutput();
  const { stderr } = process;
  const screen = openProgressScreen({
    isTerminal: stderr.isTTY,
    write: text => void stderr.write(text),
    now: () => performance.now(),
  });
  const report = await migrate(settingFlags(options), options, screen).finally(() => screen.end());
  if (options.json === true) await output.line(toSafeJson(report));
  else for (const line of describe(report)) await output.line(cleanText(line, false));
  if (report.unreadable.length > 0 || report.days.some(({ trouble }) => trouble !== null))
    process.exit(EXIT.failed);
}

async function migrate(
  flags: Flags,
  { since, dryRun }: MigrateOptions,
  { show, remark }: ProgressScreen,
): Promise<MigrationReport> {
  const { migrateStore } = await importProgram('indexer');
  const report = await migrateStore(flags, {
    ...(since !== undefined && { sinceMs: parseMoment(since, '--since') }),
    isTrial: dryRun === true,
    onProgress: show,
    onRemark: remark,
  }).catch((error: unknown) => {
    const message = error instanceof QuaylogError ? error.sentence : (error as Error).message;
    throw new CliError(message, EXIT.failed, error);
  });
  if ('problems' in report) throw new CliError(report.problems.join('\n'), EXIT.usage);
  if (report.days.length + report.planned.length + report.unreadable.length === 0)
    throw new CliError('there is nothing to migrate: the store has no hour, or none of that time');
  return report;
}

function* describe({ target, days, planned, unreadable, setAside }: MigrationReport): Generator<string> {
  for (const { day, counts } of planned) yield `${day}  ${countsOf(counts)}`;
  for (const day of days) yield describeDay(day);
  for (const { file, reason } of unreadable)
    yield `damaged  ${file}: ${reason}; nothing of its hour counts: run \`quaylog store check\`, then migrate again`;
  for (const file of setAside) yield `earlier  ${file}: was set aside as damaged and is not migrated`;
  const troubled = days.filter(({ trouble }) => trouble !== null).length;
  if (days.length > 0)
    yield troubled + unreadable.length === 0
      ? `All of ${days.length === 1 ? 'the day' : `${days.length} days`} is in ${target}.`
      : `Not all is in ${target}: ${troubled} days with a difference, ${unreadable.length} files that cannot be read.`;
}

function describeDay({ day, read, stored, there, deadLetters, trouble }: MigratedDay): string {
  const letters = deadLetters === 0 ? '' : `, ${number(deadLetters)} refused and kept as dead letters`;
  return `${day}  ${countsOf(read)}: ${number(stored)} stored, ${number(there)} there already${letters}: ${trouble ?? 'all there'}`;
}

const countsOf = ({ records, events, samples }: KindCounts): string =>
  `${number(records)} records, ${number(events)} events, ${number(samples)} samples`;
const number = (value: number): string => value.toLocaleString('en');
