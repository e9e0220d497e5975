/** The indexer over Elasticsearch, through its API: settings that are wrong, a server that is away, and what it refuses. */
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IngestAck } from '#contract/batch.ts';
import type { DeadLetterList, DeadLetterReplay } from '#contract/dead-letter.ts';
import type { LogPage } from '#contract/query.ts';
import { ELASTICSEARCH_PATIENCE_MS, sharedElasticsearch } from '../support/elasticsearch.ts';
import { newPrefix, removeIndices } from '../support/elasticsearch-store.ts';
import { eventually } from '../support/eventually.ts';
import { startTestIndexer, type TestIndexer } from '../support/indexer.ts';
import { aBatch, aLine, aStamp, aWireContainer } from '../support/wire.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('an indexer over Elasticsearch', { timeout: ELASTICSEARCH_PATIENCE_MS }, () => {
  let elasticsearch: string;
  const prefix = newPrefix();
  beforeAll(async () => {
    elasticsearch = await sharedElasticsearch('8.19');
  }, ELASTICSEARCH_PATIENCE_MS);
  afterAll(() => removeIndices(elasticsearch, prefix));

  const start = (url: string, more: Record<string, string> = {}) =>
    startTestIndexer({ store: 'elasticsearch', elasticsearchUrl: url, elasticsearchPrefix: prefix, ...more });
  const send = (indexer: TestIndexer, texts: string[]) => {
    const lines = texts.map((text, i) => aLine(0, aStamp(Date.now(), i), text));
    const body = JSON.stringify(aBatch({ containers: [aWireContainer('web')], lines }));
    return indexer.ask('/api/v1/ingest', { method: 'POST', headers: JSON_TYPE, body });
  };
  const whyNotReady = async (indexer: TestIndexer) =>
    ((await indexer.ask('/readyz')).body as { reason?: string }).reason ?? '';

  test('starts without its server, says what is missing, and takes batches when the server is there', async () => {
    const gate = createServer(socket => void socket.destroy());
    const url = await listen(gate);
    const indexer = await start(url);
    await eventually(async () => /^store: .*QUAYLOG_ELASTICSEARCH_URL/.test(await whyNotReady(indexer)), {
      what: '/readyz says why',
    });
    const { status, body } = await send(indexer, ['a line']);
    expect([status, body]).toMatchObject([503, { error: { code: 'store_failed' } }]);
    expect((await indexer.ask('/api/v1/logs')).status).toBe(503);
    expect((await indexer.ask('/healthz')).status).toBe(200);
    // Which containers there are is in Elasticsearch, too.
    expect((await indexer.ask('/api/v1/containers')).body).toMatchObject({ error: { code: 'store_failed' } });
    await indexer.stop();
    gate.close();

    const again = await start(elasticsearch);
    expect((await send(again, ['a line'])).body).toMatchObject({ stored: 1 });
    expect((await again.get<LogPage>('/api/v1/logs?q=line')).records).toHaveLength(1);
    expect(await whyNotReady(again)).not.toMatch(/^store/);
    await again.stop();
  });

  test.each([
    [
      'https where http is spoken',
      (url: string) => url.replace('http:', 'https:'),
      /does not speak https: write http:/,
    ],
    ['a path that is none', (url: string) => `${url}/nowhere`, /is no Elasticsearch|too old/],
    ['a port where nobody listens', () => 'http://127.0.0.1:1', /cannot be reached.*ECONNREFUSED/],
  ])('%s', async (_, change, sentence) => {
    const indexer = await start(change(elasticsearch));
    expect(
      await eventually(() => whyNotReady(indexer).then(why => sentence.test(why) && why), {
        what: 'the reason',
      }),
    ).toMatch(/QUAYLOG_ELASTICSEARCH_URL/);
    await indexer.stop();
  });

  test('an authority that cannot be read is told before anything starts', async () => {
    await expect(start('https://127.0.0.1:1', { elasticsearchCa: '/nowhere/ca.pem' })).rejects.toThrow(
      /cannot read QUAYLOG_ELASTICSEARCH_CA=\/nowhere\/ca\.pem/,
    );
  });

  test('what is refused is a dead letter with its reason, counted, and stored when that is mended', async () => {
    const custom = {
      template: {
        mappings: {
          properties: { trace: { properties: { id: { type: 'long', ignore_malformed: false } } } },
        },
      },
    };
    const own = newPrefix();
    const put = (path: string, body: object) =>
      fetch(elasticsearch + path, { method: 'PUT', headers: JSON_TYPE, body: JSON.stringify(body) });
    await put(`/_component_template/${own}@custom`, custom);
    const indexer = await start(elasticsearch, { elasticsearchPrefix: own });
    try {
      const { status, body } = await send(indexer, ['plain', '{"msg":"traced","trace_id":"no-number"}']);
      expect([status, body as IngestAck]).toMatchObject([200, { stored: 1, duplicates: 0 }]);
      const { total, letters } = await indexer.get<DeadLetterList>('/api/v1/dead-letters');
      expect(total).toBe(1);
      expect(letters[0]).toMatchObject({ type: 'document_parsing_exception', isCut: false });
      expect(letters[0]!.reason).toMatch(/trace\.id/);
      expect(letters[0]!.document).toMatch(/traced/);
      expect((await indexer.ask('/metrics')).body).toMatch(/^quaylog_dead_letters_total 1$/m);

      const replay = async (ids?: string[]) => {
        const request = { method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ ids }) };
        return (await indexer.ask('/api/v1/dead-letters/replay', request)).body as DeadLetterReplay;
      };
      expect(await replay([letters[0]!.id])).toEqual({ stored: 0, refused: 1 });
      const index = letters[0]!.index;
      const mended = {
        properties: { trace: { properties: { id: { type: 'long', ignore_malformed: true } } } },
      };
      await put(`/${index}/_mapping`, mended);
      expect(await replay()).toEqual({ stored: 1, refused: 0 });
      expect((await indexer.get<DeadLetterList>('/api/v1/dead-letters')).total).toBe(0);
      expect((await indexer.get<LogPage>('/api/v1/logs?q=traced')).records).toHaveLength(1);
    } finally {
      await indexer.stop();
      await removeIndices(elasticsearch, own);
    }
  });
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
