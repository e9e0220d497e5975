/** What Elasticsearch refused, in a real browser: why, what, and storing it again. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetterList } from '#contract/dead-letter.ts';
import type { LogPage } from '#contract/query.ts';
import { onPage, openBrowser, openPage } from '../support/browser.ts';
import { startElasticsearchProxy, type ElasticsearchProxy } from '../support/elasticsearch-proxy.ts';
import { ELASTICSEARCH_PATIENCE_MS, sharedElasticsearch } from '../support/elasticsearch.ts';
import { newPrefix, removeIndices } from '../support/elasticsearch-store.ts';
import { eventually } from '../support/eventually.ts';
import { startTestIndexer, type TestIndexer } from '../support/indexer.ts';
import { unsoundness } from '../support/sound-page.ts';
import { aBatch, aLine, aStamp, aWireContainer, postBatch } from '../support/wire.ts';

const prefix = newPrefix();
let elasticsearch: string;
let proxy: ElasticsearchProxy;
let indexer: TestIndexer;
let browser: Browser;

beforeAll(async () => {
  elasticsearch = await sharedElasticsearch('8.19');
  proxy = await startElasticsearchProxy(elasticsearch, { isTaken: () => true, maxBytes: 100_000_000 });
  // Somebody's own mapping, which refuses traces that are no numbers.
  await put(`/_component_template/${prefix}@custom`, {
    template: { mappings: traceIds({ ignore_malformed: false }) },
  });
  indexer = await startTestIndexer({
    store: 'elasticsearch',
    elasticsearchUrl: proxy.url,
    elasticsearchPrefix: prefix,
  });
  browser = await openBrowser();
}, ELASTICSEARCH_PATIENCE_MS);

afterAll(async () => {
  await browser?.close();
  await indexer?.stop();
  await proxy?.close();
  if (elasticsearch) await removeIndices(elasticsearch, prefix);
});

const traceIds = (more: object) => ({
  properties: { trace: { properties: { id: { type: 'long', ...more } } } },
});

async function put(path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(elasticsearch + path, { method: 'PUT', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`PUT ${path}: ${await answer.text()}`);
}

/** A container prints these lines. */
async function print(...texts: string[]): Promise<void> {
  const lines = texts.map((text, i) => aLine(0, aStamp(Date.now(), i), text));
  await postBatch(indexer.url, aBatch({ containers: [aWireContainer('checkout')], lines }));
}
const REFUSED = ['charge failed <b>twice</b>', 'card declined', `a long one ${'x'.repeat(2_000)}`] as const;
const traced = (message: string) =>
  JSON.stringify({ level: 'error', msg: message, trace_id: `not-${message.length}` });

const onLetters = (use: (page: Page) => Promise<void>) =>
  onPage(browser, `${indexer.url}/alerts/dead-letters`, use);
const rows = (page: Page) => page.getByRole('table', { name: 'Dead letters' }).locator('tbody tr');
const rowOf = (page: Page, text: string) => rows(page).filter({ hasText: text });
const replay = (where: Page | Locator, name = 'Replay') =>
  where.getByRole('button', { name, exact: true }).click();
const untilRows = (page: Page, count: number) =>
  eventually(async () => (await rows(page).count()) === count, { what: `${count} rows` });

describe('dead letters', { timeout: 60_000 }, () => {
  it('where there are none the page says so, and Alerts has no tab for them', async () => {
    await onLetters(async page => {
      await page.getByText('Nothing was refused').waitFor();
      await page.getByRole('link', { name: 'Firing' }).click();
      await page.getByRole('link', { name: 'Dead letters' }).waitFor({ state: 'detached' });
    });
  });

  it('say whose they are, what they say and why they were refused, in both themes', async () => {
    await print('GET /health 200', ...REFUSED.map(traced));
    for (const theme of ['dark', 'light'] as const) {
      const { page, foreign, errors } = await openPage(browser, indexer.url, theme);
      await page.goto(`${indexer.url}/alerts/dead-letters`);
      await untilRows(page, REFUSED.length);
      for (const text of ['checkout', 'failed to parse field [trace.id]', 'document_parsing_exception'])
        await rowOf(page, REFUSED[0]).getByText(text).first().waitFor();
      await page.getByRole('link', { name: `Dead letters ${REFUSED.length}` }).waitFor();
      await rowOf(page, REFUSED[0]).locator('summary').click();
      await rowOf(page, REFUSED[0]).getByText('"trace": {').waitFor();
      expect(await unsoundness(page)).toEqual([]);
      expect({ foreign, errors }).toEqual({ foreign: [], errors: [] });
      await page.context().close();
    }
  });

  it('are not shown while Elasticsearch is away: the page says why, and loads them when asked again', async () => {
    proxy.answerAll(503);
    await onLetters(async page => {
      await page.getByText('The dead letters could not be loaded').waitFor();
      await page
        .getByText(/answered 503/)
        .first()
        .waitFor();
      proxy.answerAll(null);
      await eventually(() => indexer.ask('/readyz').then(({ status }) => status === 200), {
        what: 'it is back',
      });
      await page.getByRole('button', { name: 'Retry' }).click();
      await untilRows(page, REFUSED.length);
    });
  });

  it('are stored from the page once the reason is gone', async () => {
    await onLetters(async page => {
      await replay(rowOf(page, REFUSED[1]));
      await rowOf(page, REFUSED[1]).getByText('refused again').waitFor();
      await replay(page, 'Replay all');
      await page.getByText(`${REFUSED.length} refused again`).waitFor();
      const { letters } = await indexer.get<DeadLetterList>('/api/v1/dead-letters');
      await put(`/${letters[0]!.index}/_mapping`, traceIds({ ignore_malformed: true }));
      await replay(rowOf(page, REFUSED[1]));
      await untilRows(page, REFUSED.length - 1);
      await replay(page, 'Replay all');
      await page.getByText('Nothing was refused').waitFor();
      expect((await indexer.get<LogPage>('/api/v1/logs?q=level:error')).records).toHaveLength(REFUSED.length);
    });
  });
});
