/** The only reader of the environment in the indexer. */
import { readFileSync } from 'node:fs';
import { isHash, isUsableHash } from './auth/password.ts';
import { parseSettingTokens } from './auth/setting-tokens.ts';
import { readSettings, type SettingProblem, type Settings } from '#contract/settings.ts';

export type Flags = Partial<Record<string, string | boolean | undefined>>;

export type IndexerConfig = Settings & { host: string; port: number };

/** All settings, or every problem found. Flags win over the environment; `*_FILE` names a file that holds the value. */
export function readIndexerConfig(flags: Flags = {}): { config: IndexerConfig; problems: SettingProblem[] } {
  const { settings, problems } = readSettings({
    env: process.env,
    flags,
    readFile: path => readFileSync(path, 'utf8'),
  });
  const address = parseListen(settings.listen);
  if (!address) {
    problems.push({
      key: 'QUAYLOG_LISTEN',
      message: `QUAYLOG_LISTEN=${settings.listen} is not an address and port such as 127.0.0.1:8600 or [::1]:8600`,
    });
  }
  problems.push(...unusable(settings));
  return { config: { ...settings, ...(address ?? { host: '127.0.0.1', port: 8600 }) }, problems };
}

/** Values of the right kind that still cannot be used. None is repeated that is secret. */
function unusable(settings: Settings): SettingProblem[] {
  const { auth, password, collectorTokens, publicUrl } = settings;
  const problems: SettingProblem[] = [];
  const complain: Complain = (key, message) => problems.push({ key, message: `${key}${message}` });
  if (auth === 'none' && password !== '')
    complain('QUAYLOG_AUTH', '=none and QUAYLOG_PASSWORD contradict each other: remove one of them');
  if (isHash(password) && !isUsableHash(password))
    complain(
      'QUAYLOG_PASSWORD',
      ' begins like a hash, but is none that `quaylog password` prints (compose files want each $ written as $$)',
    );
  const tokens = parseSettingTokens(collectorTokens);
  if ('mistake' in tokens)
    complain('QUAYLOG_COLLECTOR_TOKENS', ` is not host=token, comma-separated: ${tokens.mistake}`);
  if (publicUrl !== '' && !/^https?:$/.test(URL.parse(publicUrl)?.protocol ?? ''))
    complain('QUAYLOG_PUBLIC_URL', `=${publicUrl} is not an http or https address`);
  unusableRedis(settings, complain);
  if (settings.store === 'elasticsearch') unusableElasticsearch(settings, complain);
  return problems;
}

type Complain = (key: string, message: string) => void;

function unusableRedis({ redisUrl, redisCa, store }: Settings, complain: Complain): void {
  if (redisCa !== '' && !redisUrl.startsWith('rediss://'))
    complain(
      'QUAYLOG_REDIS_CA',
      ' is set, but QUAYLOG_REDIS_URL is not rediss://: without TLS there is no certificate',
    );
  if (redisUrl === '') return;
  // Not repeated: there may be a password in it.
  if (!isRedisUrl(redisUrl))
    complain(
      'QUAYLOG_REDIS_URL',
      ' is not a redis:// or rediss:// address such as redis://:password@redis:6379; in the password, % is written %25, / %2F, # %23',
    );
  if (store !== 'elasticsearch')
    complain('QUAYLOG_REDIS_URL', ' is for several indexers, and those need QUAYLOG_STORE=elasticsearch');
}

function isRedisUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^rediss?:$/.test(url.protocol) || !/^\/?\d*$/.test(url.pathname)) return false;
  try {
    decodeURIComponent(url.username + url.password);
    return url.hostname !== '';
  } catch {
    return false;
  }
}

function unusableElasticsearch(settings: Settings, complain: Complain): void {
  const {
    elasticsearchUrl: urls,
    elasticsearchUser: user,
    elasticsearchApiKey,
    elasticsearchPrefix,
  } = settings;
  if (urls.length === 0) complain('QUAYLOG_ELASTICSEARCH_URL', ' is empty: name one node at least');
  for (const text of urls) {
    const url = URL.parse(text);
    // Not repeated: there may be a password in it.
    if (text.includes('@'))
      complain(
        'QUAYLOG_ELASTICSEARCH_URL',
        ' holds a user or password: set QUAYLOG_ELASTICSEARCH_USER and QUAYLOG_ELASTICSEARCH_PASSWORD instead',
      );
    else if (!/^https?:$/.test(url?.protocol ?? ''))
      complain('QUAYLOG_ELASTICSEARCH_URL', `=${text} is not an http or https address`);
  }
  if (user !== '' && elasticsearchApiKey !== '')
    complain(
      'QUAYLOG_ELASTICSEARCH_API_KEY',
      ' and QUAYLOG_ELASTICSEARCH_USER are both set: remove one of them',
    );
  if (!/^[a-z0-9][a-z0-9-]{0,99}$/.test(elasticsearchPrefix))
    complain(
      'QUAYLOG_ELASTICSEARCH_PREFIX',
      `=${elasticsearchPrefix} is not made of lower-case letters, digits and hyphens`,
    );
}

function parseListen(listen: string): { host: string; port: number } | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(listen);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host !== undefined && port <= 65_535 ? { host, port } : null;
}
