/** The HTTP interface as curl sees it: shapes, defaults, paging, and what a mistake is told. */
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WireLine } from '#contract/batch.ts';
import type { Context, Facets, Histogram, LogPage } from '#contract/query.ts';
import type { Push } from '#contract/live.ts';
import { eventually } from '../support/eventually.ts';
import { startTestIndexer, type TestIndexer } from '../support/indexer.ts';
import { aBatch, aLine, aSnapshot, aStamp, aWireContainer, postBatch } from '../support/wire.ts';

const web = aWireContainer('web-1', { team: 'shop' });
const api = aWireContainer('api');
const start = Date.now() - 60_000;

let indexer: TestIndexer;
/** What it says of itself before anything was sent to it. */
let atFirst: { status: number; body: unknown };

beforeAll(async () => {
  indexer = await startTestIndexer();
  atFirst = await indexer.ask('/readyz');
  const lines: WireLine[] = [];
  for (let i = 0; i < 250; i += 1) {
    const text = i % 10 === 0 ? `{"level":"error","msg":"charge failed","ms":${i}}` : `GET /orders/${i} ok`;
    lines.push(aLine(i % 2, aStamp(start + i), text));
  }
  await postBatch(
    indexer.url,
    aBatch({ containers: [web, api], lines, snapshots: [aSnapshot(web), aSnapshot(api)] }),
  );
});

afterAll(() => indexer.stop());

const messages = (page: LogPage) => page.records.map(record => record.message);

describe('GET /api/v1/logs', () => {
  it('answers the newest 100 of the last 15 minutes, newest first', async () => {
    const page = await indexer.get<LogPage>('/api/v1/logs');
    expect(page.records).toHaveLength(100);
    expect(page.total).toEqual({ value: 250, relation: 'eq' });
    expect(page.records[0]?.message).toBe('GET /orders/249 ok');
    const stamps = page.records.map(record => record['@timestamp']);
    expect(stamps).toEqual([...stamps].sort().reverse());
    expect(page.records[0]).toMatchObject({
      log: { iostream: 'stdout' },
      container: { id: api.id, name: 'api', image: { name: 'test/app' } },
      host: { name: 'testhost' },
    });
  });

  it.each(['desc', 'asc'])('pages %s without a gap or a double while records arrive', async order => {
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let page = 0; page === 0 || cursor !== null; page += 1) {
      const next: LogPage = await indexer.get<LogPage>(
        `/api/v1/logs?limit=40&order=${order}&q=orders${cursor ? `&cursor=${cursor}` : ''}`,
      );
      seen.push(...next.records.map(record => record.event.id));
      cursor = next.cursor;
      await postBatch(
        indexer.url,
        aBatch({ containers: [web], lines: [aLine(0, aStamp(Date.now()), `late ${order} ${page}`)] }),
      );
    }
    expect(seen).toHaveLength(225);
    expect(new Set(seen).size).toBe(225);
  });

  it('finds by level, container, own fields and text', async () => {
    const find = async (q: string) =>
      (await indexer.get<LogPage>(`/api/v1/logs?q=${encodeURIComponent(q)}&limit=1000`)).total.value;
    expect(await find('level:error')).toBe(25);
    expect(await find('level:error and app.ms >= 100')).toBe(15);
    expect(await find('container:web-1 and orders and not level:error')).toBe(100);
    expect(await find('"charge failed"')).toBe(25);
    expect(await find('container.labels.team:shop and orders')).toBe(100);
  });

  it('a batch that comes again changes nothing', async () => {
    const batch = aBatch({ containers: [web], lines: [aLine(0, aStamp(start + 500), 'only once')] });
    expect(await postBatch(indexer.url, batch)).toMatchObject({
      batchId: batch.id,
      stored: 1,
      duplicates: 0,
    });
    expect(await postBatch(indexer.url, batch)).toMatchObject({
      batchId: batch.id,
      stored: 0,
      duplicates: 1,
    });
    expect(messages(await indexer.get<LogPage>('/api/v1/logs?q="only once"'))).toEqual(['only once']);
  });
});

describe('the other read routes', () => {
  it('histogram: buckets sum to the total, by level', async () => {
    const histogram = await indexer.get<Histogram>('/api/v1/logs/histogram?q=level:error&buckets=10');
    expect(histogram.buckets.length).toBeLessThanOrEqual(10);
    expect(histogram.buckets.reduce((sum, bucket) => sum + bucket.total, 0)).toBe(25);
    expect(histogram.buckets.reduce((sum, bucket) => sum + (bucket.byLevel['error'] ?? 0), 0)).toBe(25);
  });

  it('facets: most frequent first, with what is missing', async () => {
    const facets = await indexer.get<Facets>('/api/v1/logs/facets?field=level&q=orders or charge');
    expect(facets).toMatchObject({ field: 'level', values: [{ value: 'error', count: 25 }] });
    expect(facets.missing).toBe(225);
  });

  it('context: the neighbours of the same container, oldest first', async () => {
    const [middle] = (await indexer.get<LogPage>('/api/v1/logs?q="orders/101"')).records;
    const context = await indexer.get<Context>(`/api/v1/logs/${middle!.event.id}/context?before=2&after=2`);
    expect(context.record.event.id).toBe(middle!.event.id);
    expect(context.before.map(one => one.message)).toEqual(['GET /orders/97 ok', 'GET /orders/99 ok']);
    expect(context.after.map(one => one.message)).toEqual(['GET /orders/103 ok', 'GET /orders/105 ok']);
  });

  it('may be sent requests before any collector has reported, and says so', () => {
    const note = 'no collector has reported in the last 15 s';
    expect(atFirst).toEqual({ status: 200, body: { status: 'ready', collecting: false, note } });
  });

  it('readyz, metrics, docs', async () => {
    expect(await indexer.ask('/readyz')).toEqual({
      status: 200,
      body: { status: 'ready', collecting: true },
    });
    expect((await indexer.ask('/metrics')).body).toMatch(/quaylog_records_stored_total \d{3}/);
    expect((await indexer.ask('/api/docs/json')).body).toMatchObject({ openapi: '3.1.0' });
  });
});

describe('a mistake', () => {
  it.each([
    ['/api/v1/logs?q=level:error and', 400, 'bad_query'],
    ['/api/v1/logs?q=(a', 400, 'bad_query'],
    ['/api/v1/logs?from=yesterday-ish', 400, 'bad_parameter'],
    ['/api/v1/logs?from=now&to=now-1h', 400, 'bad_parameter'],
    ['/api/v1/logs?limit=1001', 400, 'bad_parameter'],
    ['/api/v1/logs?limt=5', 400, 'bad_parameter'],
    ['/api/v1/logs?order=up', 400, 'bad_parameter'],
    ['/api/v1/logs?cursor=xyz', 400, 'bad_cursor'],
    ['/api/v1/logs/facets', 400, 'bad_parameter'],
    ['/api/v1/logs/zzz/context', 400, 'bad_parameter'],
    [`/api/v1/logs/${'0'.repeat(32)}/context`, 404, 'not_found'],
    ['/api/v1/nothing', 404, 'not_found'],
    ['/assets/..%2f..%2fpackage.json', 404, 'not_found'],
    ['/assets/..%252f..%252fpackage.json', 404, 'not_found'],
  ])('%s is answered %i %s', async (path, status, code) => {
    const answer = await indexer.ask(path);
    expect(answer).toMatchObject({
      status,
      body: { error: { code, message: expect.stringMatching(/.{10}/) as string } },
    });
  });

  it('a wrong query is told where', async () => {
    const { body } = await indexer.ask('/api/v1/logs?q=a and (b');
    expect(body).toMatchObject({ error: { position: expect.any(Number) as number } });
  });

  it.each([
    ['no batch', '{"version":1}'],
    ['no JSON', 'lines'],
    [
      'a line of a container it does not name',
      JSON.stringify(aBatch({ lines: [aLine(0, aStamp(start), 'x')] })),
    ],
    ['a stamp that is none', JSON.stringify(aBatch({ containers: [web], lines: [aLine(0, 'today', 'x')] }))],
  ])('a batch that is %s is refused and counted', async (_what, body) => {
    const refused = async () =>
      Number(
        /quaylog_ingest_batches_refused_total (\d+)/.exec(
          (await indexer.ask('/metrics')).body as string,
        )?.[1],
      );
    const answer = await indexer.ask('/api/v1/ingest', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(400);
    if (body.startsWith('{')) expect(await refused()).toBeGreaterThan(0);
  });

  it('a page of another site may neither write nor listen', async () => {
    const headers = { 'content-type': 'application/json', origin: 'http://evil.example' };
    const body = JSON.stringify(aBatch());
    expect((await indexer.ask('/api/v1/ingest', { method: 'POST', headers, body })).status).toBe(403);
    const socket = io(`${indexer.url}/live`, {
      extraHeaders: { origin: 'http://evil.example' },
      transports: ['websocket'],
      reconnection: false,
    });
    const refused = await new Promise<boolean>(done => {
      socket.on('connect', () => done(false));
      socket.on('connect_error', () => done(true));
    });
    socket.close();
    expect(refused).toBe(true);
  });
});

describe('live', () => {
  it('pushes what matches, once it is stored, and says why a query does not parse', async () => {
    const socket = io(`${indexer.url}/live`, { transports: ['websocket'] });
    const got: string[] = [];
    socket.on('records', (push: Push<{ message: string }>, done: () => void) => {
      got.push(...push.items.map(item => item.message));
      done();
    });
    expect(await socket.emitWithAck('subscribe', { id: 'bad', topic: 'records', q: '(' })).toMatchObject({
      code: 'bad_query',
    });
    expect(await socket.emitWithAck('subscribe', { id: 'a', topic: 'records', q: 'level:error' })).toBeNull();
    const texts = ['plain', 'ERROR one', 'ERROR two'];
    const lines = texts.map((text, i) => aLine(0, aStamp(Date.now(), i), text));
    await postBatch(indexer.url, aBatch({ containers: [web], lines }));
    await eventually(() => got.length >= 2, { what: 'two records pushed' });
    expect(got).toEqual(['ERROR one', 'ERROR two']);
    socket.close();
  });
});
