/** Indexers over a line that is a list: what each sends, the others take, unless the test loses it. */
import { afterEach, expect, test, vi } from 'vitest';
import { Peers, type PeerDeps } from './peers.ts';
import type { PeerMessage, SharedTopic } from './peer-messages.ts';

type One = {
  peers: Peers;
  sent: PeerMessage[];
  offered: unknown[];
  missed: [SharedTopic, number][];
  gone: number;
  shared: number;
  follows: Set<SharedTopic>;
};

const all: One[] = [];
let isReady = true;
let losing = false;

afterEach(() => {
  for (const { peers } of all.splice(0)) peers.close();
  isReady = true;
  losing = false;
  vi.useRealTimers();
});

function anIndexer(deps: Partial<PeerDeps> = {}): One {
  const one: One = {
    sent: [],
    offered: [],
    missed: [],
    gone: 0,
    shared: 0,
    follows: new Set(),
    peers: new Peers({
      send(message) {
        one.sent.push(message);
        if (losing || !isReady) return;
        for (const other of all) if (other !== one) other.peers.take(structuredClone(message));
      },
      isReady: () => isReady,
      follows: () => one.follows,
      watched: () => [],
      offer: (_, items) => void one.offered.push(...items),
      miss: (topic, count) => void one.missed.push([topic, count]),
      onGone() {
        one.gone++;
      },
      share() {
        one.shared++;
        return Promise.resolve();
      },
      ...deps,
    }),
  };
  all.push(one);
  one.peers.beat();
  return one;
}

async function follow(one: One): Promise<void> {
  one.follows.add('records');
  await one.peers.follow('records');
}

test('what one stores, followers at another see, from the moment they follow; what nobody follows is not sent', async () => {
  const [a, b, c] = [anIndexer(), anIndexer(), anIndexer()];
  a.peers.publish('records', ['before']);
  await follow(b);
  expect([a.shared, c.shared]).toEqual([1, 1]);
  a.peers.publish('records', ['one', 'two']);
  a.peers.publish('events', ['an event']);
  expect([b.offered, c.offered, b.missed]).toEqual([['one', 'two'], ['one', 'two'], []]);
  expect(a.sent.filter(({ is }) => is === 'items')).toHaveLength(1);
});

test('what was lost on the way is told, and what came before anybody followed is not', async () => {
  const [a, b] = [anIndexer(), anIndexer()];
  a.peers.publish('records', ['before']);
  await follow(b);
  losing = true;
  a.peers.publish('records', ['lost', 'too']);
  losing = false;
  a.peers.publish('records', ['came']);
  expect([b.offered, b.missed]).toEqual([['came'], [['records', 2]]]);
});

test('after a time without Redis followers learn how much was stored elsewhere', async () => {
  const [a, b] = [anIndexer(), anIndexer()];
  await follow(b);
  isReady = false;
  a.peers.publish('records', ['a', 'b', 'c']);
  await b.peers.follow('events');
  b.follows.add('events');
  a.peers.publish('events', ['x']);
  isReady = true;
  a.peers.beat();
  expect(b.missed).toEqual([
    ['records', 3],
    ['events', 1],
  ]);
  expect(b.gone).toBe(0);
});

test('an indexer that stops says so; one that was killed is missed by its silence', () => {
  let now = 0;
  const [a, b] = [anIndexer(), anIndexer({ now: () => now })];
  expect(b.peers.count).toBe(1);
  a.peers.close();
  all.splice(all.indexOf(a), 1);
  expect([b.peers.count, b.gone]).toEqual([0, 0]);
  const c = anIndexer();
  expect(b.peers.count).toBe(1);
  now += 10_000;
  b.peers.beat();
  expect([b.peers.count, b.gone, c.gone]).toEqual([0, 1, 0]);
});

test('nobody waits long for an indexer that does not answer', async () => {
  vi.useFakeTimers();
  anIndexer({ share: () => new Promise(() => undefined) });
  const b = anIndexer();
  const followed = follow(b);
  await vi.advanceTimersByTimeAsync(2_000);
  await followed;
  expect(vi.getTimerCount()).toBeGreaterThan(0);
});

test('large and many items become several messages', async () => {
  const [a, b] = [anIndexer(), anIndexer()];
  await follow(b);
  const large = Array.from({ length: 5 }, (_, i) => ({ message: 'x'.repeat(400_000), i }));
  a.peers.publish('records', large);
  a.peers.publish(
    'records',
    Array.from({ length: 1_200 }, (_, i) => i + 5),
  );
  const lengths = a.sent.flatMap(message => (message.is === 'items' ? [message.items.length] : []));
  expect(lengths).toEqual([1, 1, 1, 1, 1, 500, 500, 200]);
  expect([b.offered.length, b.missed]).toEqual([1_205, []]);
});

test('what cannot be matched counts as missed', async () => {
  const offer = () => {
    throw new TypeError('no record');
  };
  const [a, b] = [anIndexer(), anIndexer({ offer })];
  await follow(b);
  a.peers.publish('records', [{}, {}]);
  expect(b.missed).toEqual([['records', 2]]);
});

test.each([null, 'text', {}, { is: 'items', from: 'x' }, { is: 'beat', from: 7 }])(
  'what is no message of ours is ignored: %j',
  message => {
    const a = anIndexer();
    a.peers.take(message);
    expect(a.peers.count).toBe(0);
  },
);
