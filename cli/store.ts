/** `quaylog store`: the files of the embedded store looked at and copied, whether or not an indexer runs. */
import type { Command } from 'commander';
import type { CheckedFile, StoreCheck, StoreUpkeep } from '#contract/store-upkeep.ts';
import { CliError, EXIT } from './cli-error.ts';
import { readDataFolder } from './config.ts';
import { importProgram } from './import-program.ts';
import { openOutput } from './output.ts';
import { toSafeJson } from './terminal-text.ts';

type Placed = { data?: string; json?: boolean };

export function addStoreCommands(program: Command): void {
  const store = program
    .command('store')
    .description('Check or back up the files of the embedded store, also while the indexer runs.');
  const addData = (command: Command): Command =>
    command.option('--data <text>', 'data folder of the indexer (QUAYLOG_DATA, default .quaylog/data)');
  addData(store.command('check'))
    .description('Read every file and verify every checksum; damaged files are set aside.')
    .option('--json', 'the whole report as JSON')
    .addHelpText(
      'after',
      '\nWhile an indexer runs it only looks: the indexer sets a damaged file aside itself when it meets it.\n' +
        'Exit code 0: all files are whole; 1: some are damaged, or nothing could be read; 2: not asked rightly.',
    )
    .action((options: Placed) => checkStore(options));
  addData(store.command('backup'))
    .argument('<dir>', 'folder of the backup: new, or of an earlier one, to which only what is new is copied')
    .description('Copy all that is stored; the copy can be used as a data folder.')
    .addHelpText(
      'after',
      '\nWhat was acknowledged before it began is in the copy. Hours that retention drops later stay there.',
    )
    .action((dir: string, options: Placed) => backUpStore(dir, options));
}

async function checkStore({ data, json }: Placed): Promise<void> {
  const output = openOutput();
  const report = await asCliError(({ checkStore: check }) => check(readDataFolder(data)));
  if (json === true) await output.line(toSafeJson(report));
  else for (const line of formatCheck(report)) await output.line(line);
  if (report.files.some(({ verdict }) => verdict === 'damaged')) process.exit(EXIT.failed);
}

async function backUpStore(dir: string, { data }: Placed): Promise<void> {
  const output = openOutput();
  const { copied, kept, bytes, ...done } = await asCliError(upkeep =>
    upkeep.backUpStore(readDataFolder(data), dir),
  );
  await output.line(`${done.dir}: ${copied} files copied (${megabytes(bytes)}), ${kept} were there already`);
}

function* formatCheck({ dir, isInUse, files, damagedBefore }: StoreCheck): Generator<string> {
  const records = files.reduce((sum, file) => sum + file.records, 0);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const of = (verdict: CheckedFile['verdict']): CheckedFile[] =>
    files.filter(file => file.verdict === verdict);
  for (const { file, reason, setAside } of of('damaged'))
    yield `damaged  ${file}: ${reason ?? ''}${setAside === undefined ? '' : `; it lies in ${setAside} now`}`;
  for (const { file, reason } of of('newer'))
    yield `newer    ${file}: ${reason ?? ''}; use that version of Quaylog`;
  for (const file of damagedBefore)
    yield `earlier  ${file}: was set aside before; delete it when nobody wants to look at it`;
  if (isInUse && of('damaged').length > 0)
    yield 'An indexer is using these files: it sets damaged ones aside when it meets them. Or stop it and check again.';
  yield `${dir}: ${files.length} files, ${records} records, ${megabytes(bytes)}; ${of('damaged').length} damaged`;
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

async function asCliError<T>(work: (upkeep: StoreUpkeep) => Promise<T>): Promise<T> {
  try {
    return await work(await importProgram('indexer'));
  } catch (error) {
    throw new CliError((error as Error).message, EXIT.failed, error);
  }
}
