/** `quaylog dead-letters`: what Elasticsearch refused to store, with the reason; and stored again when the reason is gone. */
import { Argument, type Command } from 'commander';
import { MAX_LIMIT } from '#contract/constants.ts';
import type { DeadLetter, DeadLetterDesk, DeadLetterReplay } from '#contract/dead-letter.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { CliError, EXIT } from './cli-error.ts';
import { importProgram } from './import-program.ts';
import { openOutput, type Output } from './output.ts';
import { addFlags, settingFlags } from './setting-flags.ts';
import { cleanText, toSafeJson } from './terminal-text.ts';

type DeadLettersOptions = Record<string, unknown> & { limit: string; json?: boolean; replay?: boolean };

const SHOWN = 100;
const DOCUMENT_WIDTH = 120;

export function addDeadLettersCommand(program: Command): void {
  const command = program
    .command('dead-letters')
    .description('Show what Elasticsearch refused to store, newest first, or store it again.')
    .addArgument(new Argument('[id...]', 'with --replay: only these'))
    .option('--replay', 'store again what they hold; what is stored is no dead letter any more')
    .option('--limit <number>', `show so many at most, up to ${MAX_LIMIT}`, String(SHOWN))
    .option('--json', 'the answer as JSON, with the documents up to 20,000 characters')
    .addHelpText(
      'after',
      '\nUses the settings of the indexer that say where the store is, not the indexer itself.\n' +
        'Exit code 0: done; 1: some were refused again, or it failed, with the reason; 2: not asked rightly.',
    );
  addFlags(command, [
    'store',
    'elasticsearchUrl',
    'elasticsearchUser',
    'elasticsearchPassword',
    'elasticsearchApiKey',
    'elasticsearchCa',
    'elasticsearchPrefix',
  ]).action((ids: string[], options: DeadLettersOptions) => runDeadLetters(ids, options));
}

async function runDeadLetters(ids: string[], options: DeadLettersOptions): Promise<void> {
  const output = openOutput();
  const limit = parseLimit(options.limit);
  if (ids.length > 0 && options.replay !== true)
    throw new CliError('ids are for --replay: `quaylog dead-letters --replay ID …`', EXIT.usage);
  const { openDeadLetters } = await importProgram('indexer');
  const refused = await asCliError(async () => {
    const desk = await openDeadLetters(settingFlags(options));
    try {
      return options.replay === true
        ? await replay(desk, ids, { output, isJson: options.json === true })
        : await list(desk, limit, { output, isJson: options.json === true });
    } finally {
      await desk.close();
    }
  });
  if (refused > 0) process.exit(EXIT.failed);
}

type How = { output: Output; isJson: boolean };

/** Answers 0: to look is never a failure. */
async function list(desk: DeadLetterDesk, limit: number, { output, isJson }: How): Promise<number> {
  const found = await desk.list(limit);
  if (isJson) await output.line(toSafeJson(found));
  else for (const line of describe(found.letters, found.total)) await output.line(cleanText(line, false));
  return 0;
}

/** Answers how many were refused once more. */
async function replay(desk: DeadLetterDesk, ids: string[], { output, isJson }: How): Promise<number> {
  const done: DeadLetterReplay = await desk.replay(ids.length === 0 ? undefined : ids);
  const stay = done.refused === 0 ? '' : `; ${done.refused} refused once more, they stay`;
  await output.line(isJson ? toSafeJson(done) : `${done.stored} stored${stay}`);
  return done.refused;
}

function* describe(letters: readonly DeadLetter[], total: number): Generator<string> {
  for (const { id, at, index, type, reason, document, isCut } of letters) {
    yield `${at}  ${id}  for ${index}`;
    yield `  ${type}: ${reason}`;
    yield `  ${document.slice(0, DOCUMENT_WIDTH)}${isCut || document.length > DOCUMENT_WIDTH ? ' …' : ''}`;
  }
  const more = total > letters.length ? `, of which the newest ${letters.length} are shown` : '';
  yield total === 0 ? 'No dead letters.' : `${total} dead letter${total === 1 ? '' : 's'}${more}.`;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new CliError(`--limit ${text} is not a whole number from 1 to ${MAX_LIMIT}`, EXIT.usage);
}

async function asCliError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CliError) throw error;
    const message = error instanceof QuaylogError ? error.sentence : (error as Error).message;
    throw new CliError(message, EXIT.failed, error);
  }
}
