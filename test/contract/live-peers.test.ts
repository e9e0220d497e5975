/** Live tails across indexers, through a real Redis that is killed, frozen and started again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Push, Subscription, Topic } from '#contract/live.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { createLive, type Live } from '#indexer/live/live.ts';
import { openRedis } from '#indexer/live/redis.ts';
import { createAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { aRecord, aSample } from '../support/records.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

type One = {
  live: Live;
  url: string;
  missed: () => number;
  shared: () => number;
  logged: string[];
  close: () => Promise<void>;
};

/** The live part of an indexer, on a port of its own. */
async function startLive(redisUrl: string, key = 'test', ca: string | null = null): Promise<One> {
  let missed = 0;
  let shared = 0;
  const logged: string[] = [];
  const note = (fields: Record<string, unknown>, message: string) =>
    void logged.push(`${message} ${JSON.stringify(fields)}`);
  const live = createLive({
    onSkipped: () => undefined,
    onMissed: items => void (missed += items),
    redis: openRedis({ url: redisUrl, ca, key, log: { info: note, warn: note } }),
    share() {
      shared++;
      return Promise.resolve();
    },
  });
  const http: HttpServer = createServer();
  live.attach(http, { isOwnOrigin: () => true, mayRead: () => Promise.resolve(true) });
  await new Promise<void>(done => http.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return { live, url, missed: () => missed, shared: () => shared, logged, close: () => live.close() };
}

type Tail = { messages: string[]; skipped: () => number; connects: () => number; close: () => void };

async function follow(one: One, subscription: Partial<Subscription> & { topic: Topic }): Promise<Tail> {
  const socket: Socket = io(`${one.url}/live`, { transports: ['websocket'], reconnectionDelay: 50 });
  const messages: string[] = [];
  let skipped = 0;
  let connects = 0;
  socket.on(subscription.topic, (push: Push<LogRecord>, done: () => void) => {
    messages.push(...push.items.map(({ message }) => message));
    skipped += push.skipped;
    done();
  });
  const ready = new Promise<void>(done =>
    socket.on('connect', () => {
      connects++;
      socket.emit('subscribe', { id: 'a', ...subscription }, () => done());
    }),
  );
  await ready;
  return { messages, skipped: () => skipped, connects: () => connects, close: () => socket.disconnect() };
}

const records = (...messages: string[]) => messages.map(message => aRecord({ message }));
const until = (what: string, probe: () => boolean) => eventually(probe, { what });
const hearsOthers = (count: number, ...indexers: One[]) =>
  until(`each hears ${count}`, () => indexers.every(({ live }) => live.others()?.count === count));

describe('indexers that share a Redis', { timeout: 60_000 }, () => {
  let redis: TestRedis;
  let a: One;
  let b: One;
  beforeAll(async () => {
    redis = await startRedis();
    [a, b] = await Promise.all([startLive(redis.url), startLive(redis.url)]);
    await hearsOthers(1, a, b);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([a?.close(), b?.close()]);
    await redis?.stop();
  });

  test('what one stores, followers at both see, once, by their own queries', async () => {
    const before = a.shared();
    const [atA, atB, errorsAtB] = await Promise.all([
      follow(a, { topic: 'records' }),
      follow(b, { topic: 'records' }),
      follow(b, { topic: 'records', q: 'error' }),
    ]);
    // What A stored before is searchable through B by the time that the subscription is answered.
    expect(a.shared()).toBeGreaterThan(before);
    a.live.publish('records', records('one', 'an error'));
    b.live.publish('records', records('two'));
    await until('all of it came', () => atA.messages.length === 3 && atB.messages.length === 3);
    expect(atB.messages.toSorted()).toEqual(['an error', 'one', 'two']);
    expect(errorsAtB.messages).toEqual(['an error']);
    expect([atA.skipped(), atB.skipped(), a.missed(), b.missed()]).toEqual([0, 0, 0, 0]);
    for (const tail of [atA, atB, errorsAtB]) tail.close();
  });

  test('containers do not go this way: the state that indexers share tells of them, and once is enough', async () => {
    const [containers, atB] = await Promise.all([
      follow(b, { topic: 'containers' }),
      follow(b, { topic: 'records' }),
    ]);
    a.live.publish('containers', [{ id: 'c1', name: 'web-1' }]);
    a.live.publish('records', records('after it'));
    await until('what came after it is there', () => atB.messages.length === 1);
    expect([containers.messages, containers.skipped(), b.missed()]).toEqual([[], 0, 0]);
    for (const tail of [containers, atB]) tail.close();
  });

  test('what somebody looks at through one is sampled each second by collectors of all', async () => {
    const tail = await follow(b, { topic: 'samples', containers: ['c1', 'c2'] });
    await until('A knows', () => a.live.watched().length === 2);
    a.live.publish('samples', [aSample({ container: { id: 'c1', name: 'web' } }), aSample()]);
    await until('one sample came', () => tail.messages.length === 1);
    tail.close();
    await until('nobody looks any more', () => a.live.watched().length === 0);
  });

  test('of another store, or of another prefix, nothing is heard', async () => {
    const other = await startLive(redis.url, 'other');
    await until('it is connected', () => other.live.others()?.trouble === null);
    const tail = await follow(other, { topic: 'records' });
    a.live.publish('records', records('not for you'));
    other.live.publish('records', records('own'));
    await until('its own came', () => tail.messages.length === 1);
    expect(tail.messages).toEqual(['own']);
    expect(other.live.others()?.count).toBe(0);
    tail.close();
    await other.close();
  });

  test('Redis killed: own lines go on, the others are counted and told when it is back', async () => {
    const tail = await follow(b, { topic: 'records' });
    await redis.kill9();
    await until('both know', () =>
      [a, b].every(({ live }) => /cannot be reached/.test(live.others()?.trouble ?? '')),
    );
    a.live.publish('records', records('elsewhere', 'too'));
    b.live.publish('records', records('here'));
    await until('own lines came', () => tail.messages.length === 1);
    await redis.restart();
    await until('the hole is told', () => tail.skipped() > 0);
    a.live.publish('records', records('again'));
    await until('it goes on', () => tail.messages.includes('again') || tail.skipped() > 2);
    await until('all is accounted for', () => tail.messages.length + tail.skipped() === 4);
    expect(tail.connects()).toBe(1);
    expect(b.missed()).toBe(tail.skipped());
    tail.close();
    expect(`${a.logged.join()}${b.logged.join()}${b.live.others()?.trouble ?? ''}`).not.toContain(
      'a-password',
    );
    expect(a.logged.join('\n')).toMatch(/redis is away/);
  });

  test('an indexer that starts while Redis is away works alone, and joins when it is there', async () => {
    await redis.kill9();
    const c = await startLive(redis.url);
    const tail = await follow(c, { topic: 'records' });
    c.live.publish('records', records('alone'));
    await until('its own came', () => tail.messages.length === 1);
    expect(c.live.others()?.trouble).toMatch(/QUAYLOG_REDIS_URL/);
    await redis.restart();
    await hearsOthers(2, a, b, c);
    a.live.publish('records', records('together'));
    await until('it hears A', () => tail.messages.includes('together') || tail.skipped() > 0);
    tail.close();
    await c.close();
    await hearsOthers(1, a, b);
  });

  test('a wrong password is told as such, and never shown', async () => {
    const wrong = redis.url.replace('a-password', 'another');
    const c = await startLive(wrong);
    await until('it says so', () => /does not take the password/.test(c.live.others()?.trouble ?? ''));
    expect(c.logged.join()).not.toContain('another-of-the-tests');
    await c.close();
  });

  test('a Redis that hangs bounds what waits for it, and holds nobody up', async () => {
    const tail = await follow(b, { topic: 'records' });
    redis.freeze();
    try {
      const large = records(...Array.from({ length: 40 }, (_, i) => `${i} ${'x'.repeat(900_000)}`));
      for (let i = 0; i < 4; i++) a.live.publish('records', large);
      b.live.publish('records', records('own'));
      await until('own lines came', () => tail.messages.includes('own'));
    } finally {
      redis.thaw();
    }
    await until('each of the others came or is told', () => tail.messages.length + tail.skipped() === 161);
    expect(tail.skipped()).toBeGreaterThan(0);
    tail.close();
  });
});

describe('a Redis that speaks TLS', { timeout: 60_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'quaylog-redis-'));
  const folder = (name: string) => join(dir, name);
  let redis: TestRedis;
  let ca: string;
  beforeAll(async () => {
    const authority = createAuthority(folder('authority'), 'quaylog test');
    ({ ca } = authority.sign(folder('right')));
    authority.sign(folder('other name'), ['DNS:elsewhere.example']);
    authority.sign(folder('expired'), ['IP:127.0.0.1'], -1);
    redis = await startRedis(folder('right'));
  }, 120_000);
  afterAll(async () => {
    await redis?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  test.each([
    ['expired', /has expired: renew it there/],
    ['other name', /is for another name.*write a name that it has in QUAYLOG_REDIS_URL/],
  ])(
    'a certificate that is %s is told, and its own indexer goes on until that is mended',
    async (name, sentence) => {
      await redis.kill9();
      await redis.restart(folder(name));
      const [a, b] = await Promise.all([
        startLive(redis.tlsUrl, 'tls', ca),
        startLive(redis.tlsUrl, 'tls', ca),
      ]);
      await until('it says so', () => sentence.test(a.live.others()?.trouble ?? ''));
      const tail = await follow(a, { topic: 'records' });
      a.live.publish('records', records('own'));
      await until('own lines came', () => tail.messages.length === 1);
      await redis.kill9();
      await redis.restart();
      await hearsOthers(1, a, b);
      b.live.publish('records', records('of the other'));
      await until('it came', () => tail.messages.length + tail.skipped() === 2);
      expect(a.logged.join('\n')).toMatch(sentence);
      tail.close();
      await Promise.all([a.close(), b.close()]);
    },
  );

  test.each([
    ['no setting for its authority', () => redis.tlsUrl, /not trusted.*set QUAYLOG_REDIS_CA/],
    [
      'no TLS where it is spoken',
      () => redis.tlsUrl.replace('rediss:', 'redis:'),
      /closed the connection .*where it speaks TLS, QUAYLOG_REDIS_URL begins with rediss:/,
    ],
    [
      'a wrong password',
      () => redis.tlsUrl.replace('a-password', 'another'),
      /does not take the password/,
      true,
    ],
  ] as [string, () => string, RegExp, boolean?][])('%s', async (...[, url, sentence, isKnown]) => {
    const one = await startLive(url(), 'tls', isKnown ? ca : null);
    await until('it says so', () => sentence.test(one.live.others()?.trouble ?? ''));
    expect(one.logged.join()).not.toContain('of-the-tests');
    await one.close();
  });
});
