import { describe, expect, test } from 'vitest';
import { ELASTICSEARCH_PATIENCE_MS, sharedElasticsearch } from './elasticsearch.ts';
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
});
