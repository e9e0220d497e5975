/** Batches as they come over the wire: packed, too large, of another host, too many. */
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IngestAck, HostList, IngestBatch } from '#contract/batch.ts';
import type { LogPage } from '#contract/query.ts';
import { startTestIndexer, type TestIndexer } from '../support/indexer.ts';
import { makeToken, onTokens, PASSWORD } from '../support/people.ts';
import { aBatch, aLine, aStamp, aWireContainer } from '../support/wire.ts';

const MIB = 2 ** 20;
let indexer: TestIndexer;
let token: string;
let reader: string;
beforeAll(async () => {
  indexer = await startTestIndexer({ password: PASSWORD });
  token = await makeToken(indexer.data, 'testhost');
  reader = await makeToken(indexer.data, null);
});
afterAll(() => indexer.stop());

type Sent = { encoding?: string; as?: string; type?: string };
async function send(body: Buffer | string, { encoding, as = token, type = 'application/json' }: Sent = {}) {
  const response = await fetch(`${indexer.url}/api/v1/ingest`, {
    method: 'POST',
    headers: {
      'content-type': type,
      authorization: `Bearer ${as}`,
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  type Answer = IngestAck & { error?: { code: string; message: string; hint: string } };
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer };
}
const sendBatch = (parts: Partial<IngestBatch>, sent?: Sent) => send(JSON.stringify(aBatch(parts)), sent);
const read = async <T>(path: string) =>
  (await indexer.ask(path, { headers: { authorization: `Bearer ${reader}` } })).body as T;

describe('a packed batch', () => {
  it.each([
    ['zstd', zstdCompressSync],
    ['gzip', gzipSync],
    ['identity', (text: string) => Buffer.from(text)],
  ])('as %s is stored like any', async (encoding, pack) => {
    const name = `packed-${encoding}`;
    const lines = Array.from({ length: 1_000 }, (_, i) => aLine(0, aStamp(Date.now(), i), `line ${i} é 🚢`));
    const batch = aBatch({ containers: [aWireContainer(name)], lines });
    const { status, body } = await send(pack(JSON.stringify(batch)), { encoding });
    expect([status, body.stored]).toEqual([200, 1_000]);
    expect(body.credit).toBeGreaterThanOrEqual(1);
    const page = await read<LogPage>(`/api/v1/logs?q=container:${name}&limit=1`);
    expect(page).toMatchObject({ total: { value: 1_000 }, records: [{ message: 'line 999 é 🚢' }] });
  });

  it('of one line of 16 MiB of one letter is none that was made to look small', async () => {
    const text = 'x'.repeat(16 * MIB);
    const batch = aBatch({
      containers: [aWireContainer('long')],
      lines: [aLine(0, aStamp(Date.now()), text)],
    });
    const { status, body } = await send(zstdCompressSync(JSON.stringify(batch)), { encoding: 'zstd' });
    expect([status, body.stored]).toEqual([200, 1]);
  });

  it.each(['br', 'deflate', 'zstd, gzip', '__proto__', 'constructor'])('cannot be %s', async encoding => {
    const { status, body } = await send('{}', { encoding });
    expect([status, body.error?.code]).toEqual([400, 'bad_batch']);
    expect(body.error?.hint).toContain('zstd');
  });

  it.each([
    ['text', Buffer.from('{"not":"packed"}')],
    ['half of it', zstdCompressSync(JSON.stringify(aBatch({}))).subarray(0, 40)],
    ['nothing', Buffer.alloc(0)],
  ])('that is %s is 400', async (_name, body) => {
    expect((await send(body, { encoding: 'zstd' })).status).toBe(400);
  });
});

describe('a body that grows', () => {
  /** Packed pieces one behind the other unpack as one: the same piece many times is soon made. */
  const often = (piece: Buffer, times: number) => Buffer.concat(Array<Buffer>(times).fill(piece));
  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('to 1 GiB of zeros from %s: 413 before it is in memory', { timeout: 30_000 }, async (encoding, pack) => {
    const bomb = often(pack(Buffer.alloc(16 * MIB)), 64);
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    let highest = before;
    const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 5);
    const answers = [];
    for (let i = 0; i < 3; i += 1) answers.push(await send(bomb, { encoding }));
    clearInterval(watch);
    expect(answers.map(({ status, body }) => [status, body.error?.code])).toEqual(
      Array(3).fill([413, 'batch_too_large']),
    );
    expect((highest - before) / MIB).toBeLessThan(64);
  });

  it('past 64 MiB of anything: 413', { timeout: 30_000 }, async () => {
    const noise = gzipSync(randomBytes(MIB).toString('base64'), { level: 1 });
    const { status, body } = await send(often(noise, 49), { encoding: 'gzip' });
    expect([status, body.error?.code]).toEqual([413, 'batch_too_large']);
    expect((await sendBatch({})).status).toBe(200);
  });
});

describe('a token', () => {
  it('speaks for its host alone: 403 names both', async () => {
    const batch = aBatch({});
    const { status, body } = await send(JSON.stringify({ ...batch, host: { ...batch.host, name: 'other' } }));
    expect([status, body.error?.code]).toEqual([403, 'wrong_host']);
    expect(body.error?.message).toMatch(/testhost.*other/);
    expect(body.error?.hint).toContain('quaylog token create');
    const hosts = await read<HostList>('/api/v1/hosts');
    expect(hosts.hosts.map(({ name }) => name)).toEqual(['testhost']);
  });

  it('is of the engine that showed it first', async () => {
    await sendBatch({});
    const batch = aBatch({});
    const { status, body } = await send(
      JSON.stringify({ ...batch, host: { ...batch.host, id: 'ENGINE:OTHER' } }),
    );
    expect([status, body.error?.code]).toEqual([403, 'wrong_host']);
    expect(body.error?.message).toMatch(/ENGINE:TEST.*ENGINE:OTHER/);
  });

  it('is worth nothing from the moment it is revoked, while its successor is', async () => {
    const next = await makeToken(indexer.data, 'testhost');
    expect((await sendBatch({}, { as: next })).status).toBe(200);
    await onTokens(indexer.data, tokens => tokens.revokeToken(next));
    const { status, body } = await sendBatch({}, { as: next });
    expect([status, body.error?.message]).toEqual([401, expect.stringMatching(/was revoked at/)]);
    expect((await sendBatch({})).status).toBe(200);
  });

  it('missing: 401 before a byte of the body is read', async () => {
    const answer = await new Promise<number | undefined>((done, fail) => {
      const headers = { 'content-type': 'application/json', 'content-length': 30 * MIB };
      const post = request(`${indexer.url}/api/v1/ingest`, { method: 'POST', headers }, response => {
        done(response.statusCode);
        post.destroy();
      });
      post.once('error', fail);
      post.flushHeaders();
    });
    expect(answer).toBe(401);
  });
});

it('more at once than there is room for: 503 and when to come again, and nobody is forgotten', async () => {
  const open = Array.from({ length: 32 }, () => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'content-length': 10,
    };
    const post = request(`${indexer.url}/api/v1/ingest`, { method: 'POST', headers }).on(
      'error',
      () => undefined,
    );
    post.write('{');
    return post;
  });
  try {
    const isBusy = async () => (await sendBatch({})).status === 503;
    await expect.poll(isBusy, { timeout: 10_000 }).toBe(true);
    const { headers, body } = await sendBatch({});
    expect([headers.get('retry-after'), body.error?.code]).toEqual(['1', 'busy']);
  } finally {
    for (const post of open) post.destroy();
  }
  await expect.poll(async () => (await sendBatch({})).status, { timeout: 10_000 }).toBe(200);
});

it('what a collector says of its spool and how far behind it is comes out again', async () => {
  const { collector } = aBatch({});
  const spool = { bytes: 1_000, limitBytes: 2_000, policy: 'block' as const, damagedBytes: 3 };
  await sendBatch({ collector: { ...collector, spool, lagMs: 1_500 } });
  const { hosts } = await read<HostList>('/api/v1/hosts');
  expect(hosts).toEqual([expect.objectContaining({ spool, lagMs: 1_500, connected: true })]);
  const metrics = await read<string>('/metrics');
  for (const line of [
    'lag_seconds{host="testhost",collector="test"} 1.5',
    'spool_bytes{host="testhost",collector="test"} 1000',
  ])
    expect(metrics).toContain(`quaylog_collector_${line}`);
});
