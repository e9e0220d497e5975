/** The only reader of the environment in the command line. */
import { readFileSync } from 'node:fs';
import { SETTINGS } from '#contract/setting-list.ts';
import { readSettings, type SettingName, type Settings } from '#contract/settings.ts';
import { CliError, EXIT } from './cli-error.ts';

/** Values of flags by setting name, as typed. */
export type Flags = Partial<Record<SettingName, string>>;

/** All settings from flags and environment; rejects with every problem there is. */
export function readConfig(flags: Flags): Settings {
  const { settings, problems } = readSettings({
    env: process.env,
    flags,
    readFile: path => readFileSync(path, 'utf8'),
  });
  if (problems.length > 0) throw new CliError(problems.map(({ message }) => message).join('\n'), EXIT.usage);
  return settings;
}

/** Where `logs` and `events` ask: they care for no other setting. */
export const readIndexerUrl = (flag: string | undefined): string =>
  flag ?? process.env[SETTINGS.indexerUrl.env] ?? SETTINGS.indexerUrl.default;

/** What `logs` and `events` show to an indexer that asks who they are; undefined: nothing. `QUAYLOG_TOKEN_FILE` works too. */
export function readToken(flag: string | undefined): string | undefined {
  const { env } = SETTINGS.token;
  const file = process.env[`${env}_FILE`];
  const token = flag ?? (file ? readSecret(file) : process.env[env]);
  return token === '' ? undefined : token;
}

/** Where `token` keeps them: the folder of the indexer. */
export const readDataFolder = (flag: string | undefined): string =>
  flag ?? process.env[SETTINGS.data.env] ?? SETTINGS.data.default;

/** Which store the indexer has: with Elasticsearch tokens are kept there. */
export const readStoreKind = (): string => process.env[SETTINGS.store.env] ?? SETTINGS.store.default;

function readSecret(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new CliError(`cannot read ${path}: ${(cause as Error).message}`, EXIT.usage, cause);
  }
}

/** The environment for a child program: ours with the flags in it. A flag wins over a `*_FILE` of the same setting. */
export function childEnvironment(flags: Flags): NodeJS.ProcessEnv {
  const overrides = Object.entries(flags).flatMap(([name, value]) => {
    const { env } = SETTINGS[name as SettingName];
    return [
      [env, value],
      [`${env}_FILE`, undefined],
    ];
  });
  return { ...process.env, ...(Object.fromEntries(overrides) as NodeJS.ProcessEnv) };
}

/** `NO_COLOR` as everybody means it. */
export const wantsColour = (): boolean =>
  (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
