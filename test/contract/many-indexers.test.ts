/** Two indexers over one Elasticsearch: whichever is asked, they are one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostList, IngestBatch, WireEvent } from '#contract/batch.ts';
import type { Container, ContainerList } from '#contract/container.ts';
import type { Push } from '#contract/live.ts';
import type { AlertList, AlertRule, DeliveryList, RuleList } from '#contract/rule.ts';
import type { Operator } from '#contract/token.ts';
import { openOperator } from '#indexer/operator.ts';
import { ELASTICSEARCH_PATIENCE_MS, sharedElasticsearch } from '../support/elasticsearch.ts';
import { startElasticsearchProxy, type ElasticsearchProxy } from '../support/elasticsearch-proxy.ts';
import { newPrefix, removeIndices } from '../support/elasticsearch-store.ts';
import { eventually } from '../support/eventually.ts';
import { startTestIndexer, type TestIndexer } from '../support/indexer.ts';
import { makeToken, PASSWORD, signIn } from '../support/people.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { aBatch, aLine, aSnapshot, aStamp, aWireContainer } from '../support/wire.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const HOST = 'testhost';

describe('two indexers over one Elasticsearch', { timeout: ELASTICSEARCH_PATIENCE_MS }, () => {
  const prefix = newPrefix();
  const web = aWireContainer('web-1');
  let elasticsearch: string;
  /** Between the first indexer and the server: it is started first, so it evaluates the rules. */
  let proxy: ElasticsearchProxy;
  let receiver: WebhookReceiver;
  let first: TestIndexer;
  let second: TestIndexer;
  let operator: Operator;
  let token: string;
  let cookie: string;
  let earlierToken: string;

  const flags = (elasticsearchUrl: string) => ({
    store: 'elasticsearch',
    elasticsearchUrl,
    elasticsearchPrefix: prefix,
    password: PASSWORD,
    webhookAllow: '127.0.0.1/32',
  });

  beforeAll(async () => {
    elasticsearch = await sharedElasticsearch('8.19');
    proxy = await startElasticsearchProxy(elasticsearch, { isTaken: () => true, maxBytes: 100_000_000 });
    receiver = await startWebhookReceiver();
    // This folder is of an indexer that kept its state by itself.
    const data = mkdtempSync(join(tmpdir(), 'quaylog-indexer-'));
    earlierToken = await makeToken(data, 'earlier');
    first = await startTestIndexer({ ...flags(proxy.url), data });
    second = await startTestIndexer({ ...flags(elasticsearch), data: join(data, 'never', 'made') });
    operator = await openOperator(flags(elasticsearch));
    ({ token } = await operator.createToken({ host: HOST, name: '', lifetimeMs: null }));
    cookie = await signIn(first.url);
  }, ELASTICSEARCH_PATIENCE_MS);
  afterAll(async () => {
    await operator?.close();
    await Promise.all([first?.stop(), second?.stop()]);
    await receiver?.close();
    await proxy?.close();
    await removeIndices(elasticsearch, prefix);
    if (first) rmSync(first.data, { recursive: true, force: true });
  });

  const read = async <T>(indexer: TestIndexer, path: string): Promise<T> => {
    const { status, body } = await indexer.ask(path, { headers: { cookie } });
    expect([path, status]).toEqual([path, 200]);
    return body as T;
  };
  const send = async (indexer: TestIndexer, parts: Partial<IngestBatch>): Promise<number> => {
    const headers = { ...JSON_TYPE, authorization: `Bearer ${token}` };
    const body = JSON.stringify(aBatch({ containers: [web], ...parts }));
    return (await indexer.ask('/api/v1/ingest', { method: 'POST', headers, body })).status;
  };
  /** `request`: method and path. */
  const write = (indexer: TestIndexer, request: string, body?: object) => {
    const [method = '', path = ''] = request.split(' ');
    return indexer.ask(path, {
      method,
      headers: { cookie, ...(body && JSON_TYPE) },
      ...(body && { body: JSON.stringify(body) }),
    });
  };
  const aDeath = (): WireEvent => ({
    container: 0,
    at: aStamp(Date.now()),
    ordinal: 0,
    action: 'die',
    exitCode: 1,
  });
  const containersAt = async (indexer: TestIndexer) =>
    (await read<ContainerList>(indexer, '/api/v1/containers')).containers;
  const hostsAt = async (indexer: TestIndexer) => (await read<HostList>(indexer, '/api/v1/hosts')).hosts;

  test('who signed in at one is known at the other, and a token is good at both, also one from before they shared', async () => {
    expect((await second.ask('/api/v1/containers')).status).toBe(401);
    await read(second, '/api/v1/containers');
    expect(await send(first, {})).toBe(200);
    expect(await send(second, {})).toBe(200);
    const hosts = (await operator.listTokens()).map(({ host }) => host);
    expect(hosts.toSorted()).toEqual(['earlier', HOST]);
    const headers = { ...JSON_TYPE, authorization: `Bearer ${earlierToken}` };
    const body = JSON.stringify(aBatch());
    expect((await second.ask('/api/v1/ingest', { method: 'POST', headers, body })).body).toMatchObject({
      error: { code: 'wrong_host' },
    });
    const { prefix: revoked } = (await operator.listTokens()).find(({ host }) => host === 'earlier')!;
    await operator.revokeToken(revoked);
    expect((await second.ask('/api/v1/ingest', { method: 'POST', headers, body })).status).toBe(401);
  });

  test('containers and hosts are seen by both, and a collector that moves between them is never away, its containers never gone', async () => {
    expect(await send(first, { snapshots: [aSnapshot(web)], inventory: [web.id] })).toBe(200);
    await eventually(async () => (await containersAt(second)).length === 1, { what: 'the other has it' });
    const other = aWireContainer('db-1');
    const listing = { containers: [web, other], inventory: [web.id, other.id] };
    expect(await send(second, { ...listing, snapshots: [aSnapshot(other)] })).toBe(200);
    await eventually(async () => (await containersAt(first)).length === 2, { what: 'and the other way' });
    for (let turn = 0; turn < 6; turn++) {
      expect(await send(turn % 2 ? first : second, listing)).toBe(200);
      for (const indexer of [first, second]) {
        expect(await hostsAt(indexer)).toMatchObject([{ name: HOST, connected: true }]);
        expect((await containersAt(indexer)).map(({ state }) => state)).toEqual(['running', 'running']);
      }
    }
  });

  test('an open page sees a container that only the other heard of, and each change once', async () => {
    const socket: Socket = io(`${first.url}/live`, { transports: ['websocket'], extraHeaders: { cookie } });
    const pushed: string[] = [];
    socket.on('containers', (push: Push<Container>, done: () => void) => {
      // What was before may still be on its way.
      const own = push.items.filter(({ name }) => name === 'cache-1');
      pushed.push(...own.map(({ state }) => state));
      done();
    });
    await new Promise<void>(done => {
      socket.emit('subscribe', { id: 'page', topic: 'containers' }, () => done());
    });
    const cache = aWireContainer('cache-1');
    for (const state of ['running', 'paused'] as const) {
      const observedAt = aStamp(Date.now());
      expect(await send(second, { snapshots: [{ ...aSnapshot(cache), state, observedAt }] })).toBe(200);
      await eventually(() => pushed.includes(state), { what: `it is ${state} on the page` });
    }
    expect(pushed).toEqual(['running', 'paused']);
    socket.disconnect();
  });

  test('a rule made at one counts at both, and fires once for a death that came to the other', async () => {
    const rule = {
      name: 'Any end of web',
      match: { action: 'die', q: 'container:web*' },
      notify: [{ type: 'webhook', url: receiver.url }],
    };
    const { status, body } = await write(second, 'POST /api/v1/rules', rule);
    expect(status).toBe(201);
    const { id } = body as AlertRule;
    expect((await write(first, 'POST /api/v1/rules', rule)).body).toMatchObject({
      error: { code: 'bad_rule' },
    });

    const death = { events: [aDeath()], lines: [aLine(0, aStamp(Date.now() - 5), 'its last words')] };
    expect(await send(second, death)).toBe(200);
    expect(await send(first, death)).toBe(200);
    await eventually(() => receiver.received.length > 0, { what: 'the receiver is told' });
    const alertsAt = async (indexer: TestIndexer) =>
      (await read<AlertList>(indexer, '/api/v1/alerts')).alerts.filter(({ ruleId }) => ruleId === id);
    const deliveredAt = async (indexer: TestIndexer) =>
      (await read<DeliveryList>(indexer, '/api/v1/deliveries')).deliveries.map(each => each.status);
    await eventually(async () => (await deliveredAt(second))[0] === 'delivered', {
      what: 'it is written down',
    });
    for (const indexer of [first, second]) {
      expect(await alertsAt(indexer)).toMatchObject([{ type: 'container.crash', resolvedAt: null }]);
      expect(await deliveredAt(indexer)).toEqual(['delivered']);
      expect(await containersAt(indexer)).toContainEqual(
        expect.objectContaining({
          name: 'web-1',
          lastDeath: expect.objectContaining({ class: 'crash' }) as unknown,
        }),
      );
    }
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]!.body).toContain('its last words');
  });

  test('when the one that evaluates is cut off the other takes over: nothing is lost, nothing told twice, and what recovered is resolved', async () => {
    const before = receiver.received.length;
    const another = { containers: [aWireContainer('web-2')], events: [aDeath()] };
    proxy.answerAll(503);
    expect(await send(second, another)).toBe(200);
    expect(await send(second, { events: [{ ...aDeath(), action: 'start' }] })).toBe(200);
    expect(await send(first, another)).toBe(503);
    await eventually(
      async () =>
        ((await first.ask('/readyz')).body as { reason?: string }).reason?.includes('Elasticsearch'),
      { what: '/readyz of the one that is cut off says why' },
    );
    await eventually(() => receiver.received.length > before, { what: 'the other tells of it' });
    proxy.answerAll(null);
    await eventually(async () => (await send(first, another)) === 200, { what: 'it is there again' });
    await eventually(
      async () => {
        const { alerts } = await read<AlertList>(first, '/api/v1/alerts');
        return alerts.some(({ container, resolvedAt }) => container.name === 'web-1' && resolvedAt !== null);
      },
      { what: 'the alert of the container that runs again is resolved' },
    );
    const { rules } = await read<RuleList>(first, '/api/v1/rules');
    const { id } = rules.find(({ name }) => name === 'Any end of web')!;
    expect((await write(first, `DELETE /api/v1/rules/${id}`)).status).toBe(204);
    await eventually(
      async () => (await read<RuleList>(second, '/api/v1/rules')).rules.every(rule => rule.id !== id),
      { what: 'the rule is gone at both' },
    );
    expect(receiver.received).toHaveLength(before + 1);
  });

  test('who signs out at one is out at the other', async () => {
    expect((await write(second, 'DELETE /api/v1/session')).status).toBe(204);
    expect((await first.ask('/api/v1/containers', { headers: { cookie } })).status).toBe(401);
  });
});
