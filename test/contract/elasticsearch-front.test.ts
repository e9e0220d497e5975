/** Elasticsearch behind TLS and a password, as it is where it is run in earnest; and everything that may be wrong with that. */
import { dirname } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContainerList } from '#contract/container.ts';
import type { LogPage } from '#contract/query.ts';
import { ELASTICSEARCH_PATIENCE_MS, sharedElasticsearch } from '../support/elasticsearch.ts';
import {
  startElasticsearchFront,
  type ElasticsearchFront,
  type Front,
} from '../support/elasticsearch-front.ts';
import { newPrefix, removeIndices } from '../support/elasticsearch-store.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis } from '../support/redis.ts';
import { startTestIndexer, type TestIndexer } from '../support/indexer.ts';
import { aBatch, aLine, aSnapshot, aStamp, aWireContainer } from '../support/wire.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const USER = 'quaylog';
const PASSWORD = 'a-password-of-elasticsearch';
const API_KEY = 'YW4taWQ6YW4tYXBpLWtleS1vZi1lbGFzdGljc2VhcmNo';
const BASIC = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
const SECRETS = [PASSWORD, API_KEY, BASIC.slice(6)];

describe('Elasticsearch behind TLS and a password', { timeout: ELASTICSEARCH_PATIENCE_MS }, () => {
  const prefix = newPrefix();
  const web = aWireContainer('web');
  let elasticsearch: string;
  let front: ElasticsearchFront;
  let logged: string;
  let words = 0;
  beforeAll(async () => {
    elasticsearch = await sharedElasticsearch('8.19');
    front = await startElasticsearchFront(elasticsearch);
  }, ELASTICSEARCH_PATIENCE_MS);
  afterAll(async () => {
    await front?.stop();
    await removeIndices(elasticsearch, prefix);
  });

  /** With what lets it in, unless told otherwise. */
  function start(flags: Record<string, string> = {}): Promise<TestIndexer> {
    logged = '';
    const log = pino({ level: 'info' }, { write: line => void (logged += line) });
    const usual = {
      store: 'elasticsearch',
      elasticsearchUrl: `https://127.0.0.1:${front.port}`,
      elasticsearchUser: USER,
      elasticsearchPassword: PASSWORD,
      elasticsearchCa: front.ca,
      elasticsearchPrefix: prefix,
    };
    return startTestIndexer({ ...usual, ...flags }, log);
  }
  const readiness = async (indexer: TestIndexer) => {
    const { status, body } = await indexer.ask('/readyz');
    return `${status} ${(body as { reason?: string }).reason ?? ''}`;
  };
  const untilReady = (indexer: TestIndexer) =>
    eventually(async () => (await readiness(indexer)).startsWith('200'), {
      what: 'it is ready',
      withinMs: 30_000,
    });
  const send = async (indexer: TestIndexer, text: string) => {
    const lines = [aLine(0, aStamp(Date.now()), text)];
    const batch = aBatch({ containers: [web], lines, snapshots: [aSnapshot(web)], inventory: [web.id] });
    const request = { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(batch) };
    return indexer.ask('/api/v1/ingest', request);
  };
  /** Stores a line and a container, finds the line, and tells no secret. */
  async function works(indexer: TestIndexer): Promise<void> {
    const word = `word${words++}`;
    expect(await send(indexer, `${word} came`)).toMatchObject({ status: 200, body: { stored: 1 } });
    expect((await indexer.get<LogPage>(`/api/v1/logs?q=${word}`)).records).toHaveLength(1);
    expect((await indexer.get<ContainerList>('/api/v1/containers')).containers).toHaveLength(1);
    for (const secret of SECRETS) expect(logged).not.toContain(secret);
  }

  test.each([
    ['a user and a password', {}],
    ['an API key', { elasticsearchUser: '', elasticsearchPassword: '', elasticsearchApiKey: API_KEY }],
  ])('its authority is known, and %s let us in', async (_, flags) => {
    await front.become({ letsIn: [BASIC, `ApiKey ${API_KEY}`] });
    const indexer = await start(flags);
    await works(indexer);
    await indexer.stop();
    // What one indexer knew is in Elasticsearch.
    const next = await start(flags);
    expect((await next.get<ContainerList>('/api/v1/containers')).containers).toHaveLength(1);
    await next.stop();
  });

  type Case = [string, Partial<Front>, RegExp, flags?: (port: number) => Record<string, string>];
  const other = (port: number) => ({ elasticsearchUrl: `http://127.0.0.1:${port}` });
  test.each<Case>([
    [
      'a wrong password',
      { letsIn: ['Basic another'] },
      /refuses who we say we are: correct QUAYLOG_ELASTICSEARCH_USER/,
    ],
    [
      'a certificate of another authority',
      { certificate: 'of another authority' },
      /is not trusted \([^;]*\): set QUAYLOG_ELASTICSEARCH_CA to the PEM file/,
    ],
    [
      'a certificate of another name',
      { certificate: 'of another name' },
      /is for another name \(.*127\.0\.0\.1 is not in the cert's list\): write a name that it has in QUAYLOG_ELASTICSEARCH_URL/,
    ],
    [
      'a certificate that has expired',
      { certificate: 'expired' },
      /The certificate of .* has expired: renew it there/,
    ],
    ['http where https is spoken', {}, /speaks https: write https:\/\/ in QUAYLOG_ELASTICSEARCH_URL/, other],
    [
      'an nginx that nobody has set up',
      { behind: 'welcome page' },
      /is no Elasticsearch: it does not say its version\. Name Elasticsearch 8\.19/,
    ],
    [
      'a server that is too old',
      { behind: { answers: { version: { number: '7.10.2', build_flavor: 'default' } } } },
      /is too old: it is of version 7\.10\.2\. Name Elasticsearch 8\.19 or later there, or OpenSearch 3/,
    ],
    ['a server that answers, but is none', { behind: { answers: {} } }, /is no Elasticsearch/],
  ])('%s is told, and used as soon as that is mended', async (...[, wrong, sentence, flags]) => {
    await front.become(wrong);
    const indexer = await start(flags?.(front.port));
    await eventually(async () => sentence.test(await readiness(indexer)), {
      what: 'it says why, and what to do',
    }).catch(async () => expect(await readiness(indexer)).toMatch(sentence));
    expect((await indexer.ask('/healthz')).status).toBe(200);
    expect((await send(indexer, 'too early')).body).toMatchObject({ error: { code: 'store_failed' } });
    expect(logged).toMatch(sentence);
    await front.become(flags ? { certificate: null } : {});
    await untilReady(indexer);
    await works(indexer);
    await indexer.stop();
  });

  test('without a setting for its authority nothing is sent to it', async () => {
    await front.become({});
    const indexer = await start({ elasticsearchCa: '' });
    await eventually(async () => /not trusted.*set QUAYLOG_ELASTICSEARCH_CA/.test(await readiness(indexer)), {
      what: 'it says what is missing',
    });
    await indexer.stop();
  });

  test('Redis, too, over TLS and with a password: while it is away that is a note, and no more', async () => {
    await front.become({});
    const redis = await startRedis(dirname(front.ca));
    const indexer = await start({ redisUrl: redis.tlsUrl, redisCa: front.ca });
    const says = async (path: string, pattern: RegExp) => {
      const what = `${path} says ${pattern.source}`;
      await eventually(async () => pattern.test(JSON.stringify((await indexer.ask(path)).body)), { what });
    };
    await says('/metrics', /quaylog_redis_connected 1/);
    await redis.kill9();
    await says('/readyz', /"ready",.*Redis at 127\.0\.0\.1:\d+ cannot be reached.*QUAYLOG_REDIS_URL/);
    await says('/metrics', /quaylog_redis_connected 0/);
    await works(indexer);
    await redis.restart();
    await says('/metrics', /quaylog_redis_connected 1/);
    expect(logged).not.toContain(new URL(redis.tlsUrl).password);
    await indexer.stop();
    await redis.stop();
  });

  test('of several nodes one goes away, and everything goes on with the other', async () => {
    await front.become({});
    const indexer = await start({ elasticsearchUrl: `https://127.0.0.1:${front.port},${elasticsearch}` });
    await works(indexer);
    await front.become({ isAway: true });
    for (let i = 0; i < 20; i++) {
      expect(await readiness(indexer)).toBe('200 ');
      await works(indexer);
    }
    expect(logged).not.toMatch(/not ready|"level":50/);
    await indexer.stop();

    // Nor need it be there at the start.
    const next = await start({ elasticsearchUrl: `https://127.0.0.1:${front.port},${elasticsearch}` });
    await untilReady(next);
    await works(next);
    expect(logged).not.toContain('not ready');
    await next.stop();
  });
});
