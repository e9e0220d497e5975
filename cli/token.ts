/** `quaylog token`: who may send and read. Works where the indexer keeps its state, whether or not it runs. */
import type { Command } from 'commander';
import { parseDuration } from '#contract/settings.ts';
import type { Operator, TokenSummary } from '#contract/token.ts';
import { CliError, EXIT } from './cli-error.ts';
import { readDataFolder, readStoreKind } from './config.ts';
import { importProgram } from './import-program.ts';
import { openOutput, type Output } from './output.ts';

type CreateOptions = { host?: string; read?: boolean; name: string; expires?: string; data?: string };
type Placed = { data?: string; json?: boolean };

export function addTokenCommands(program: Command): void {
  const token = program
    .command('token')
    .description(
      'Make, list and revoke tokens, where the indexer keeps them (its data folder, or Elasticsearch), also while it runs.',
    );
  const addData = (command: Command): Command =>
    command.option('--data <text>', 'data folder of the indexer (QUAYLOG_DATA, default .quaylog/data)');
  addData(token.command('create'))
    .description('Make a token and print it, once: only its hash is kept.')
    .option(
      '--host <name>',
      "for the collector of this host: it may send this host's batches, and read nothing",
    )
    .option('--read', 'for a program that reads (Prometheus, quaylog logs): it may change nothing')
    .option('--name <text>', 'a remark, for quaylog token list', '')
    .option('--expires <duration>', 'valid only so long: 12h, 90d; else until it is revoked')
    .action((options: CreateOptions) => createToken(options));
  addData(token.command('list'))
    .description('Every token by its beginning, with what it is for and whether it is valid.')
    .option('--json', 'one JSON object a line')
    .action((options: Placed) => listTokens(options));
  addData(token.command('revoke'))
    .argument('<prefix>', 'its beginning, as quaylog token list shows it')
    .description('End a token: within a second nobody gets in with it any more.')
    .action((prefix: string, options: Placed) => revokeToken(prefix, options));
}

function createToken({ host, read, name, expires, data }: CreateOptions): Promise<void> {
  if ((host === undefined) === (read !== true))
    throw new CliError('say what the token is for: --host NAME (a collector) or --read', EXIT.usage);
  if (host?.trim() === '') throw new CliError('--host needs the name of a host', EXIT.usage);
  const lifetimeMs = expires === undefined ? null : parseDuration(expires);
  if (lifetimeMs === undefined || lifetimeMs === 0)
    throw new CliError(`--expires ${expires ?? ''} is not a duration such as 12h or 90d`, EXIT.usage);
  return onTokens(data, async (tokens, output) => {
    const { token, summary } = await tokens.createToken({ host: host ?? null, name, lifetimeMs });
    remark(
      host === undefined
        ? 'this token reads; give it to the program as QUAYLOG_TOKEN, or as `Authorization: Bearer …`'
        : `the token of the host ${host}; give it to the collector there as QUAYLOG_TOKEN`,
    );
    if (summary.expiresAt !== null) remark(`it is valid until ${summary.expiresAt}`);
    await output.line(token);
  });
}

function listTokens({ data, json }: Placed): Promise<void> {
  return onTokens(data, async (tokens, output) => {
    const all = await tokens.listTokens();
    if (json) for (const one of all) await output.line(JSON.stringify(one));
    else for (const line of table(all, new Date())) await output.line(line);
  });
}

function revokeToken(prefix: string, { data }: Placed): Promise<void> {
  return onTokens(data, async tokens => {
    const revoked = await tokens.revokeToken(prefix);
    remark(`${revoked.prefix} (${purposeOf(revoked)}) is revoked`);
  });
}

async function onTokens(
  data: string | undefined,
  work: (tokens: Operator, output: Output) => Promise<void>,
): Promise<void> {
  const { openOperator } = await importProgram('indexer');
  try {
    const operator = await openOperator({ data });
    try {
      await work(operator, openOutput());
    } finally {
      await operator.close();
    }
  } catch (cause) {
    const { message, hint } = cause as Error & { hint?: string };
    throw new CliError(
      `${message}${hint === undefined ? '' : `\n${hint}`}${placeOf(data)}`,
      EXIT.failed,
      cause,
    );
  }
}

/** An error of Elasticsearch names its address itself. */
const placeOf = (data: string | undefined): string =>
  readStoreKind() === 'elasticsearch' ? '' : ` (data folder ${readDataFolder(data)})`;

/** Columns as wide as their widest cell. */
export function table(tokens: readonly TokenSummary[], now: Date): string[] {
  const rows = [
    ['TOKEN', 'FOR', 'STATE', 'MADE', 'UNTIL', 'REMARK'],
    ...tokens.map(one => [
      one.prefix,
      purposeOf(one),
      stateOf(one, now),
      one.createdAt.slice(0, 10),
      one.expiresAt?.slice(0, 10) ?? '',
      one.name,
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? [];
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

const purposeOf = ({ host }: TokenSummary): string => (host === null ? 'reading' : `host ${host}`);

function stateOf({ revokedAt, expiresAt, hostId, scope }: TokenSummary, now: Date): string {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt !== null && expiresAt <= now.toISOString()) return 'expired';
  return scope === 'ingest' && hostId === null ? 'valid, not used yet' : 'valid';
}

const remark = (text: string): void => void process.stderr.write(`quaylog: ${text}\n`);
