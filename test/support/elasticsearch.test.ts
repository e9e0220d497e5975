import { describe, expect, test } from 'vitest';
import { ELASTICSEARCH_PATIENCE_MS, sharedElasticsearch, startElasticsearch } from './elasticsearch.ts';
import { ELASTICSEARCH_VERSIONS, whyNoElasticsearch } from './elasticsearch-home.ts';

describe('a real Elasticsearch', { timeout: ELASTICSEARCH_PATIENCE_MS }, () => {
  test.for(ELASTICSEARCH_VERSIONS)('%s, shared by the run, says which it is', async (version, context) => {
    const why = whyNoElasticsearch(version);
    context.skip(why !== null, why ?? '');
    const [first, second] = await Promise.all([sharedElasticsearch(version), sharedElasticsearch(version)]);
    expect(first).toBe(second);
    const root = (await (await fetch(first)).json()) as { version: { number: string } };
    expect(root.version.number).toMatch(new RegExp(`^${version}\\.`));
  });

  test('killed, keeps what it said it has', async () => {
    const node = await startElasticsearch({ version: '8.19' });
    try {
      const document = `${node.url}/some/_doc/1`;
      const headers = { 'content-type': 'application/json' };
      const put = await fetch(document, { method: 'PUT', headers, body: '{"a":1}' });
      expect(put.status).toBe(201);
      await node.kill9();
      await expect(fetch(document)).rejects.toThrow();
      await node.restart();
      expect((await fetch(document)).status).toBe(200);
    } finally {
      await node.stop();
    }
  });
});
