/** The only reader of the environment in this program. */
import { readFileSync } from 'node:fs';
import type { SettingOrigin } from '#contract/check-report.ts';
import { SETTINGS, type Setting } from '#contract/setting-list.ts';
import { flagOf, readSettings, type SettingProblem, type Settings } from '#contract/settings.ts';
import { FILTER_FORMS, parseFilter } from './plan/filter.ts';

export type CollectorConfig = Pick<
  Settings,
  | 'data'
  | 'indexerUrl'
  | 'token'
  | 'indexerCa'
  | 'clientCert'
  | 'clientKey'
  | 'compression'
  | 'spoolSize'
  | 'spoolPolicy'
  | 'dockerHost'
  | 'dockerTlsVerify'
  | 'dockerCertPath'
  | 'hostName'
  | 'source'
  | 'containersDir'
  | 'attach'
  | 'historyAge'
  | 'collectSelf'
  | 'include'
  | 'exclude'
  | 'statsInterval'
  | 'maxLineBytes'
  | 'logLevel'
>;

/** Flags (by setting name) win over the environment. Values are usable only when there is no problem. */
export function readConfig(flags: Partial<Record<string, string | boolean | undefined>>): {
  config: CollectorConfig;
  problems: SettingProblem[];
} {
  const { settings, problems } = readSettings({
    env: process.env,
    flags,
    readFile: path => readFileSync(path, 'utf8'),
  });
  return { config: settings, problems: [...problems, ...unusable(settings)] };
}

/** Every setting of a collector, and where it was set. */
export function settingOrigins(
  flags: Partial<Record<string, string | boolean | undefined>>,
): SettingOrigin[] {
  return Object.entries<Setting>(SETTINGS)
    .filter(([, { programs }]) => programs.includes('collector'))
    .map(([name, { env, kind, default: fallback }]) => {
      const file = process.env[`${env}_FILE`];
      const [value, from] =
        flags[name] !== undefined
          ? [String(flags[name]), `--${flagOf(name)}`]
          : file
            ? [`the content of ${file}`, `${env}_FILE`]
            : process.env[env] !== undefined
              ? [process.env[env], 'environment']
              : [fallback, 'default'];
      return { env, value: kind === 'secret' && value !== '' && !file ? '…' : withoutPassword(value), from };
    });
}

const withoutPassword = (text: string): string => text.replaceAll(/(:\/\/)[^/@\s]{1,500}@/g, '$1…@');

/** The addresses of all indexers, in the order in which they are tried. */
export const indexerUrlsOf = ({ indexerUrl }: Pick<CollectorConfig, 'indexerUrl'>): string[] =>
  indexerUrl
    .split(',')
    .map(url => url.trim())
    .filter(url => url !== '');

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const MAX_LINE_LIMIT_BYTES = 16 * 1024 * 1024;
const MIN_SPOOL_BYTES = 32 * 1024 * 1024;

/** Values of the right kind that still cannot be used. */
function unusable(settings: Settings): SettingProblem[] {
  const problems: SettingProblem[] = [];
  const check = (name: keyof typeof SETTINGS, isUsable: boolean, wanted: string) => {
    const key = SETTINGS[name].env;
    if (!isUsable) problems.push({ key, message: `${key}=${String(settings[name])} is not ${wanted}` });
  };
  check(
    'indexerUrl',
    indexerUrlsOf(settings).length > 0 &&
      indexerUrlsOf(settings).every(url => /^https?:$/.test(URL.parse(url)?.protocol ?? '')),
    'an http or https address, or several with commas between',
  );
  check('spoolSize', settings.spoolSize >= MIN_SPOOL_BYTES, 'a size of 32MiB or more');
  check(
    'clientCert',
    (settings.clientCert === '') === (settings.clientKey === ''),
    `of use without ${SETTINGS.clientKey.env}, nor that without it`,
  );
  check(
    'statsInterval',
    settings.statsInterval !== 'all' && settings.statsInterval >= 1_000,
    'a time of 1s or more',
  );
  check(
    'maxLineBytes',
    settings.maxLineBytes >= 1_024 && settings.maxLineBytes <= MAX_LINE_LIMIT_BYTES,
    'a size from 1KiB to 16MiB',
  );
  check('logLevel', LEVELS.includes(settings.logLevel), `one of ${LEVELS.join(', ')}`);
  for (const name of ['include', 'exclude'] as const) {
    for (const text of settings[name].filter(filter => parseFilter(filter) === null))
      problems.push({
        key: SETTINGS[name].env,
        message: `${SETTINGS[name].env} has ${text}, which is none of ${FILTER_FORMS}`,
      });
  }
  return problems;
}
