/** Records as different systems write them, made from a seed: the same ones in every run. */
import { LEVELS, type Level, type LogRecord } from '#contract/log-record.ts';
import { createStreamKey, recordId } from '#indexer/parse/record-id.ts';

export type VariedOptions = {
  count: number;
  containers: number;
  startMs: number;
  lengthMs: number;
  /** Of so many batches one is five minutes late, as from a collector that was cut off. */
  lateEvery?: number;
  /** So many of a hundred lines are late, each by itself: by anything up to five minutes. */
  latePercent?: number;
};
type Random = (below: number) => number;
type Line = Pick<LogRecord, 'message' | 'app' | 'http' | 'url'> & { level?: Level };

const WORDS =
  'request user order payment session cache queue worker index shard replica token invoice cart stock item refund upload image resize thumb login search result page'.split(
    ' ',
  );

/** Occurs in one of 100,000 records, as a word of its own. */
export const RARE_WORD = 'zanzibar';
/** Occurs in one of 100,000 records, within a longer word. */
export const RARE_PART = 'xq9z';
/** Occurs in about one of twelve records. */
export const COMMON_WORD = 'completed';

const LATE_MS = 300_000;

/** Batches of 1,000 in the order they arrive: by time, but up to two seconds late. */
export function* variedBatches(options: VariedOptions): Generator<LogRecord[]> {
  const random = createRandom(20_261_122);
  const sources = Array.from({ length: options.containers }, (_, i) => createSource(i));
  for (let done = 0; done < options.count; done += 1_000) {
    const isLate = options.lateEvery !== undefined && (done / 1_000) % options.lateEvery === 0;
    const batch = Array.from({ length: Math.min(1_000, options.count - done) }, (_, i) => {
      const n = done + i;
      const isStray = options.latePercent !== undefined && random(100) < options.latePercent;
      const lateMs = isLate ? LATE_MS : isStray ? random(LATE_MS) : 0;
      const ms = options.startMs + (n / options.count) * options.lengthMs + random(2_000) - lateMs;
      const stamp = `${new Date(ms).toISOString().slice(0, 23)}${String(random(1e6)).padStart(6, '0')}Z`;
      const source = sources[Math.floor((random(100) * random(100) * sources.length) / 10_000)];
      return source?.(stamp, n, random);
    });
    yield batch.filter(record => record !== undefined);
  }
}

function createSource(index: number): (stamp: string, n: number, random: Random) => LogRecord {
  const service = ['nginx', 'shop', 'api', 'postgres', 'redis', 'worker', 'auth', 'images'][index % 8] ?? 'x';
  const container = {
    id: createStreamKey('bench', service, String(index)).toString('hex').padEnd(64, '0'),
    name: `shop-${service}-${index}`,
    image: { name: service, tag: '1.2' },
    labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': service },
  };
  const host = { id: 'bench', name: `host-${index % 4}` };
  const compose = { project: 'shop', service };
  const key = createStreamKey(host.id, container.id, 'stdout');
  const write = WRITERS[index % WRITERS.length] ?? prose;
  return (stamp, n, random) => {
    const { level, message, ...rest } = write(random);
    const rare = n % 100_000 === 77_777 ? ` ${RARE_WORD} pre${RARE_PART}post` : '';
    return {
      '@timestamp': stamp,
      message: message + rare,
      log: { iostream: 'stdout', ...(level && { level, level_source: 'text' as const }) },
      container,
      host,
      compose,
      event: { id: recordId(key, stamp, 0), dataset: 'docker.logs' },
      ...rest,
    };
  };
}

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;
const hex = (random: Random, length: number): string =>
  Array.from({ length }, () => random(16).toString(16)).join('');
const address = (random: Random): string => `10.${random(4)}.${random(256)}.${random(256)}`;
const levelOf = (random: Random): Level => {
  const roll = random(100);
  return roll < 70 ? 'info' : roll < 85 ? 'debug' : roll < 94 ? 'warn' : pick(random, LEVELS);
};

function access(random: Random): Line {
  const status = pick(random, [200, 200, 200, 200, 304, 404, 500]);
  const path = `/${pick(random, WORDS)}/${pick(random, WORDS)}/${random(100_000)}`;
  return {
    message: `${address(random)} - - [22/Nov/2026:10:41:07 +0000] "GET ${path} HTTP/1.1" ${status} ${random(90_000)} "https://shop.example/" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36" rt=0.${random(1_000)}`,
    http: { request: { method: 'GET' }, response: { status_code: status } },
    url: { path },
  };
}

function json(random: Random): Line {
  const level = levelOf(random);
  const action = `${pick(random, WORDS)} ${pick(random, WORDS)}`;
  return {
    level,
    message: `${action} ${random(3) === 0 ? COMMON_WORD : 'started'} for ${pick(random, WORDS)} ${random(1_000_000)}`,
    app: {
      user: `u${random(5_000)}`,
      duration: random(3_000),
      request_id: `${hex(random, 8)}-${hex(random, 4)}-${hex(random, 12)}`,
      ok: level !== 'error',
    },
  };
}

function prose(random: Random): Line {
  const level = levelOf(random);
  const words = Array.from({ length: 6 + random(8) }, () => pick(random, WORDS)).join(' ');
  return {
    level,
    message: `2026-11-22 10:41:07,${random(1_000)} ${level.toUpperCase()} [${pick(random, WORDS)}.${pick(random, WORDS)}] ${words} id=${random(1_000_000)} took ${random(900)} ms`,
  };
}

function database(random: Random): Line {
  return {
    level: 'info',
    message: `2026-11-22 10:41:07.${random(1_000)} UTC [${random(9_999)}] LOG:  duration: ${random(900)}.${random(1_000)} ms  execute <unnamed>: SELECT * FROM ${pick(random, WORDS)}s WHERE id = $1 AND ${pick(random, WORDS)}_id = ${random(1_000_000)}`,
  };
}

function cache(random: Random): Line {
  return {
    message: `1:M 22 Nov 2026 10:41:07.${random(1_000)} * ${random(100)} changes in ${random(300)} seconds. Saving...`,
  };
}

const WRITERS = [access, json, json, database, cache, prose, json, prose];

/** mulberry32: small, fast and good enough to vary lines. */
function createRandom(seed: number): Random {
  let state = seed;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
