/** The only reader of the environment in this program. */
import { readFileSync } from 'node:fs';
import { SETTINGS } from '#contract/setting-list.ts';
import { readSettings, type SettingProblem, type Settings } from '#contract/settings.ts';

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
  | 'historyAge'
  | 'collectSelf'
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
  return problems;
}
