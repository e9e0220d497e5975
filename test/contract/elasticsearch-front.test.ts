/** Elasticsearch behind TLS and a password, as it is where it is run in earnest; and everything that may be wrong with that. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContainerList } from '#contract/container.ts';
import type { LogPage } from '#contract/query.ts';
import { ELASTICSEARCH_PATIENCE_MS, sharedElasticsearch } from '../support/elasticsearch.ts';
import {
  makeCertificates,
  startElasticsearchFront,
  type ElasticsearchFront,
  type Front,
} from '../support/elasticsearch-front.ts';
import { newPrefix, removeIndices } from '../support/elasticsearch-store.ts';
import { eventually } from '../support/eventually.ts';
import { startTestIndexer, type TestIndexer } from '../support/indexer.ts';
import { startRedis } from '../support/redis.ts';
import { aBatch, aLine, aSnapshot, aStamp, aWireContainer } from '../support/wire.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const USER = 'quaylog';
const PASSWORD = 'a-password-of-elasticsearch';
const API_KEY = 'YW4taWQ6YW4tYXBpLWtleS1vZi1lbGFzdGljc2VhcmNo';
const BASIC = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
const SECRETS = [PASSWORD, API_KEY, BASIC.slice(6)];

type Started = TestIndexer & { logged: () => string };

describe('Elasticsearch behind TLS and a password', { timeout: ELASTICSEARCH_PATIENCE_MS }, () => {
  const prefix = newPrefix();
  const web = aWireContainer('web');
  let elasticsearch: string;
  let certificates: string;
  let words = 0;
  beforeAll(async () => {
    certificates = makeCertificates();
    elasticsearch = await sharedElasticsearch('8.19');
  }, ELASTICSEARCH_PATIENCE_MS);
  afterAll(async () => {
    rmSync(certificates, { recursive: true, force: true });
    await removeIndices(elasticsearch, prefix);
  });

  const ca = () => join(certificates, 'right/ca.pem');

  /** Starts it as it is at first, and ends it when it was used. */
  async function withFront(
    first: Partial<Front>,
    use: (front: ElasticsearchFront) => Promise<void>,
  ): Promise<void> {
    const front = await startElasticsearchFront({ target: elasticsearch, certificates }, first);
    await use(front).finally(() => front.stop());
  }

  /** With what lets it in, unless told otherwise. */
  async function start(front: ElasticsearchFront, flags: Record<string, string> = {}): Promise<Started> {
    let logged = '';
    const log = pino({ level: 'info' }, { write: (line: string) => void (logged += line) });
    const usual = {
      store: 'elasticsearch',
      elasticsearchUrl: `https://127.0.0.1:${front.port}`,
      elasticsearchUser: USER,
      elasticsearchPassword: PASSWORD,
      elasticsearchCa: ca(),
      elasticsearchPrefix: prefix,
    };
    const indexer = await startTestIndexer({ ...usual, ...flags }, log);
    return { ...indexer, logged: () => logged };
  }

  const readiness = async (indexer: TestIndexer) => {
    const { status, body } = await indexer.ask('/readyz');
    return `${status} ${(body as { reason?: string }).reason ?? ''}`;
  };
  const untilReadiness = (indexer: TestIndexer, sentence: RegExp) =>
    eventually(async () => sentence.test(await readiness(indexer)), {
      what: `/readyz says ${sentence.source}`,
    });
  const untilReady = (indexer: TestIndexer) => untilReadiness(indexer, /^200/);
  const send = async (indexer: TestIndexer, text: string) => {
    const lines = [aLine(0, aStamp(Date.now(), words++), text)];
    const batch = aBatch({ containers: [web], lines, snapshots: [aSnapshot(web)], inventory: [web.id] });
    const request = { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(batch) };
    return indexer.ask('/api/v1/ingest', request);
  };
  /** Stores a line and a container, finds the line, and tells no secret. */
  async function works(indexer: Started): Promise<void> {
    const word = `word${words}`;
    expect(await send(indexer, `${word} came`)).toMatchObject({ status: 200, body: { stored: 1 } });
    expect((await indexer.get<LogPage>(`/api/v1/logs?q=${word}`)).records).toHaveLength(1);
    expect((await indexer.get<ContainerList>('/api/v1/containers')).containers).toHaveLength(1);
    for (const secret of SECRETS) expect(indexer.logged()).not.toContain(secret);
  }

  test.each([
    ['a user and a password', {}],
    ['an API key', { elasticsearchUser: '', elasticsearchPassword: '', elasticsearchApiKey: API_KEY }],
  ])('its authority is known, and %s let us in', async (_, flags) => {
    await withFront({ letsIn: [BASIC, `ApiKey ${API_KEY}`] }, async front => {
      const indexer = await start(front, flags);
      await works(indexer);
      await indexer.stop();
      // What one indexer knew is in Elasticsearch.
      const next = await start(front, flags);
      expect((await next.get<ContainerList>('/api/v1/containers')).containers).toHaveLength(1);
      await next.stop();
    });
  });

  test.concurrent.each<[string, Partial<Front>, RegExp]>([
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
      /is for another name \(.*127\.0\.0\.1 is not in the cert's list\): write a name that it has in QUAYLOG_/,
    ],
    [
      'a certificate that has expired',
      { certificate: 'expired' },
      /The certificate of .* has expired: renew it there/,
    ],
    [
      'http where https is wanted',
      { certificate: null },
      /does not speak https: write http:\/\/ in QUAYLOG_ELASTICSEARCH_URL, or turn its TLS on/,
    ],
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
    ['nobody', { isAway: true }, /cannot be reached \(connect ECONNREFUSED .*\): see whether it runs/],
  ])('%s is told, and used as soon as that is mended', async (_, wrong, sentence) => {
    await withFront(wrong, async front => {
      const indexer = await start(front);
      await untilReadiness(indexer, sentence);
      expect((await indexer.ask('/healthz')).status).toBe(200);
      expect((await send(indexer, 'too early')).body).toMatchObject({ error: { code: 'store_failed' } });
      expect(indexer.logged()).toMatch(sentence);
      await front.become({});
      await untilReady(indexer);
      await works(indexer);
      await indexer.stop();
    });
  });

  test.concurrent('http where https is spoken, and no setting for its authority', async () => {
    await withFront({}, async front => {
      const plain = await start(front, { elasticsearchUrl: `http://127.0.0.1:${front.port}` });
      await untilReadiness(plain, /speaks https: write https:\/\/ in QUAYLOG_ELASTICSEARCH_URL/);
      await plain.stop();
      const trusting = await start(front, { elasticsearchCa: '' });
      await untilReadiness(trusting, /not trusted.*set QUAYLOG_ELASTICSEARCH_CA/);
      await trusting.stop();
    });
  });

  test.concurrent(
    'Redis, too, over TLS and with a password: while it is away that is a note, and no more',
    async () => {
      const redis = await startRedis(join(certificates, 'right'));
      await withFront({}, async front => {
        const indexer = await start(front, { redisUrl: redis.tlsUrl, redisCa: ca() });
        const says = async (path: string, pattern: RegExp) => {
          const what = `${path} says ${pattern.source}`;
          await eventually(async () => pattern.test(JSON.stringify((await indexer.ask(path)).body)), {
            what,
          });
        };
        await says('/metrics', /quaylog_redis_connected 1/);
        await redis.kill9();
        await says('/readyz', /"ready",.*Redis at 127\.0\.0\.1:\d+ cannot be reached.*QUAYLOG_REDIS_URL/);
        await says('/metrics', /quaylog_redis_connected 0/);
        await works(indexer);
        await redis.restart();
        await says('/metrics', /quaylog_redis_connected 1/);
        expect(indexer.logged()).not.toContain(new URL(redis.tlsUrl).password);
        await indexer.stop();
      });
      await redis.stop();
    },
  );

  test.concurrent('of several nodes one goes away, and everything goes on with the other', async () => {
    await withFront({}, async front => {
      const elasticsearchUrl = `https://127.0.0.1:${front.port},${elasticsearch}`;
      const indexer = await start(front, { elasticsearchUrl });
      await untilReady(indexer);
      await works(indexer);
      await front.become({ isAway: true });
      for (let i = 0; i < 10; i++) {
        expect(await readiness(indexer)).toBe('200 ');
        await works(indexer);
      }
      expect(indexer.logged()).not.toMatch(/not ready|"level":50/);
      await indexer.stop();

      // Nor need it be there at the start.
      const next = await start(front, { elasticsearchUrl });
      await untilReady(next);
      await works(next);
      expect(next.logged()).not.toContain('not ready');
      await next.stop();
    });
  });
});
