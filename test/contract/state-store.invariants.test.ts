/** The shared state, whatever ends, is lost, comes late or is killed: against the file of one indexer as the model. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Ask } from '#indexer/state/elasticsearch/journal.ts';
import { openStateStore } from '#indexer/state/elasticsearch/elasticsearch-state-store.ts';
import { createSqliteStateStore } from '#indexer/state/sqlite-state-store.ts';
import type { StateChange, StateStore } from '#indexer/state/state-store.ts';
import { StateServer, type RequestFault } from '../support/state-server.ts';

const RUNS = Number(process.env['QUAYLOG_TEST_RUNS'] ?? 150);
const PATIENCE_MS = 60_000 + RUNS * 200;
const COMPACT_AFTER = 4;
const KINDS = ['rule', 'alert'] as const;
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

// Every wait before an attempt is a share of its limit: none.
beforeAll(() => void vi.spyOn(Math, 'random').mockReturnValue(0));
afterAll(() => void vi.restoreAllMocks());

const open = (ask: Ask, pollEveryMs = 3_600_000): StateStore =>
  openStateStore({
    ask,
    index: 'state',
    address: 'here',
    log: SILENT,
    pollEveryMs,
    compactAfter: COMPACT_AFTER,
  });

/** Everything there is, as somebody sees it who begins anew. */
async function contentsOf(store: StateStore): Promise<unknown> {
  return Promise.all(KINDS.map(kind => store.list(kind)));
}
async function freshContents(server: StateServer): Promise<unknown> {
  const store = open(server.client());
  const contents = await contentsOf(store);
  await store.close();
  return contents;
}

/** `row`: kind and id. */
const change = (
  row: `${(typeof KINDS)[number]} ${string}`,
  document: unknown,
  ifVersion?: number,
): StateChange => {
  const [kind, id] = row.split(' ') as [(typeof KINDS)[number], string];
  return { kind, id, document, ...(ifVersion !== undefined && { ifVersion }) };
};

describe('an indexer that is killed', () => {
  const script: StateChange[][] = [
    [change('rule a', { n: 1 }, 0), change('alert x', { n: 1 })],
    [change('rule a', { n: 2 }, 1), change('rule b', { n: 2 }, 0), change('alert x', null)],
    [change('rule a', { n: 3 }, 9), change('alert y', { n: 3 })],
    ...Array.from({ length: 9 }, (_, n) => [change('rule a', { n: n + 4 }), change(`alert z${n}`, { n })]),
    [change('rule b', null, 1), change('alert z3', null)],
  ];

  /** Runs the script in an indexer that ends at its `n`th request; answers how many puts were answered, and whether it ended. */
  async function runUntil(server: StateServer, n: number, fault: RequestFault) {
    let requests = 0;
    const ended = Promise.withResolvers<'ended'>();
    const ask = server.client(() => {
      requests += 1;
      if (requests !== n) return 'pass';
      setImmediate(() => ended.resolve('ended'));
      return fault;
    });
    const store = open(ask);
    let answered = 0;
    const run = (async () => {
      for (const changes of script) {
        await store.put(changes);
        answered += 1;
      }
      return 'done';
    })();
    const outcome = await Promise.race([run, ended.promise]);
    if (outcome === 'done') await Promise.race([store.close(), ended.promise]);
    return { answered, requests, hasEnded: requests >= n };
  }

  async function modelAfter(puts: number): Promise<unknown> {
    const model = createSqliteStateStore({ file: ':memory:' });
    for (const changes of script.slice(0, puts)) await model.put(changes);
    const contents = await contentsOf(model);
    await model.close();
    return contents;
  }

  test.each<RequestFault>(['gone', 'ended'])(
    '%s: after whatever request, what it was answered is there, the next put wholly or not at all, and others go on',
    async fault => {
      for (let n = 1; ; n++) {
        const server = new StateServer();
        const { answered, hasEnded } = await runUntil(server, n, fault);
        const found = await freshContents(server);
        const possible = [await modelAfter(answered), await modelAfter(answered + 1)];
        expect(possible, `request ${n}`).toContainEqual(found);

        const next = open(server.client());
        for (let i = 0; i < 3 * COMPACT_AFTER; i++)
          expect(await next.put([change(`rule next-${i}`, { i }, 0)])).toBe(true);
        const contents = await contentsOf(next);
        await next.close();
        expect(await freshContents(server), `request ${n}`).toEqual(contents);
        // What it left half done is gone by then: two stretches of journal, one snapshot, the marker.
        expect(server.ids().length, server.ids().join()).toBeLessThanOrEqual(2 * COMPACT_AFTER + 2);
        if (!hasEnded) return;
      }
    },
    PATIENCE_MS,
  );
});

/** fast-check gives streams that never end. */
const nextOf =
  <T>(stream: fc.Stream<T>, otherwise: T) =>
  (): T => {
    const next = stream.next();
    return next.done ? otherwise : next.value;
  };

type Step =
  | { do: 'put'; at: number; changes: StateChange[] }
  | { do: 'get'; at: number; id: string }
  | { do: 'list'; at: number }
  | { do: 'reopen'; at: number }
  | { do: 'restart' };

const STORES = 3;
const ids = ['a', 'b', 'c'];
const anId = fc.constantFrom(...ids);
const aStore = fc.nat(STORES - 1);
const aChange = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    id: anId,
    document: fc.oneof(
      { weight: 1, arbitrary: fc.constant(null) },
      { weight: 4, arbitrary: fc.record({ n: fc.nat(9) }) },
    ),
    ifVersion: fc.option(fc.nat(3), { nil: undefined }),
  })
  .map(({ kind, id, document, ifVersion }) => change(`${kind} ${id}`, document, ifVersion));
const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      at: aStore,
      changes: fc.array(aChange, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('get' as const), at: aStore, id: anId }) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.record({ do: fc.constant('list' as const), at: aStore }),
      fc.record({ do: fc.constant('reopen' as const), at: aStore }),
    ),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
);
const aFault = fc.oneof(
  { weight: 12, arbitrary: fc.constant<RequestFault>('pass') },
  { weight: 1, arbitrary: fc.constantFrom<RequestFault>('lost', 'cut', 'late') },
);

describe('three indexers, one after the other', () => {
  test(
    'answer as one file would, however many requests get lost, come late or lose their answer, and however often the server is killed',
    async () => {
      const runs = fc.asyncProperty(
        fc.array(aStep, { minLength: 1, maxLength: 40 }),
        fc.infiniteStream(aFault),
        async (steps, faults) => {
          const server = new StateServer();
          const ask = () => server.client(nextOf(faults, 'pass'));
          const stores = Array.from({ length: STORES }, () => open(ask()));
          let model = createSqliteStateStore({ file: ':memory:' });
          for (const step of steps) model = await take(step, { server, stores, ask, model });
          expect(await freshContents(server)).toEqual(await contentsOf(model));
          await Promise.all([...stores, model].map(store => store.close()));
        },
      );
      await fc.assert(runs, { numRuns: RUNS });
    },
    PATIENCE_MS,
  );

  type Scene = { server: StateServer; stores: StateStore[]; ask: () => Ask; model: StateStore };

  /** Answers the model afterwards. What rejected may have been done or not: the model does what was done. */
  async function take(step: Step, { server, stores, ask, model }: Scene): Promise<StateStore> {
    if (step.do === 'restart') {
      server.restart();
      return model;
    }
    const store = stores[step.at]!;
    if (step.do === 'reopen') {
      await store.close();
      stores[step.at] = open(ask());
    } else if (step.do === 'get') {
      const found = await store.get('rule', step.id).catch(() => 'rejected');
      if (found !== 'rejected') expect(found).toEqual(await model.get('rule', step.id));
    } else if (step.do === 'list') {
      const found = await contentsOf(store).catch(() => 'rejected');
      if (found !== 'rejected') expect(found).toEqual(await contentsOf(model));
    } else return put(step.changes, { server, store, model });
    return model;
  }

  async function put(
    changes: StateChange[],
    { server, store, model }: { server: StateServer; store: StateStore; model: StateStore },
  ): Promise<StateStore> {
    const fate = await store.put(changes).catch(() => 'rejected' as const);
    if (fate !== 'rejected') {
      expect(await model.put(changes)).toBe(fate);
      return model;
    }
    server.settle();
    const found = await freshContents(server);
    if (!isDeepStrictEqual(found, await contentsOf(model))) {
      await model.put(changes);
      expect(found).toEqual(await contentsOf(model));
    }
    return model;
  }
});

describe('three indexers at once', () => {
  const COUNTERS = ['left', 'right'];

  /** Counts up until it was answered so often; answers how many it was told, and how many it does not know of. */
  async function count(store: StateStore, id: string, times: number) {
    const fates = { counted: 0, unknown: 0 };
    for (let tries = 0; fates.counted < times && tries < 200; tries++) {
      const row = await store.get<{ n: number }>('rule', id).catch(() => 'rejected' as const);
      if (row === 'rejected') continue;
      const next = change(`rule ${id}`, { n: (row?.document.n ?? 0) + 1 }, row?.version ?? 0);
      const fate = await store.put([next]).catch(() => 'rejected' as const);
      if (fate === true) fates.counted += 1;
      if (fate === 'rejected') fates.unknown += 1;
    }
    return fates;
  }

  test(
    'lose no count and make none twice, end with the same rows, and were told of every row they did not write',
    async () => {
      const runs = fc.asyncProperty(
        fc.infiniteStream(aFault),
        fc.infiniteStream(fc.nat(2)),
        fc.boolean(),
        async (faults, delays, isKilled) => {
          const server = new StateServer();
          const nextDelay = nextOf(delays, 0);
          const turn = async () => {
            for (let turns = nextDelay(); turns > 0; turns--) await new Promise(setImmediate);
          };
          const stores = Array.from({ length: STORES }, () =>
            open(server.client(nextOf(faults, 'pass'), turn), 5),
          );
          const mirrors = await Promise.all(stores.map(mirror));
          if (isKilled) setTimeout(() => server.restart(), 5);
          const counting = stores.flatMap(store => COUNTERS.map(id => count(store, id, 4)));
          const fates = await Promise.all(counting);
          server.settle();

          const fresh = open(server.client());
          const contents = await contentsOf(fresh);
          for (const [place, id] of COUNTERS.entries()) {
            const own = fates.filter((_, each) => each % COUNTERS.length === place);
            const counted = own.reduce((sum, each) => sum + each.counted, 0);
            const unknown = own.reduce((sum, each) => sum + each.unknown, 0);
            const row = await fresh.get<{ n: number }>('rule', id);
            expect(row!.document.n).toBeGreaterThanOrEqual(counted);
            expect(row!.document.n).toBeLessThanOrEqual(counted + unknown);
            expect(row!.version).toBe(row!.document.n);
          }
          await vi.waitFor(async () => {
            for (const store of stores) expect(await contentsOf(store)).toEqual(contents);
          }, 5_000);
          for (const mirrored of mirrors)
            for (const id of COUNTERS) {
              const row = await fresh.get('rule', id);
              expect(mirrored.get(id) ?? 0, `told of ${id}`).toBe(row!.version);
            }
          await Promise.all([...stores, fresh].map(store => store.close()));
        },
      );
      await fc.assert(runs, { numRuns: Math.ceil(RUNS / 3) });
    },
    PATIENCE_MS,
  );

  /** Versions by id, of what was told and of what was put through it. */
  async function mirror(store: StateStore): Promise<Map<string, number>> {
    const versions = new Map<string, number>();
    const note = (id: string, version: number) => versions.set(id, Math.max(version, versions.get(id) ?? 0));
    store.watch('rule', rows => rows.forEach(({ id, version }) => note(id, version)));
    const put = store.put.bind(store);
    store.put = async changes => {
      const isPut = await put(changes);
      if (isPut) for (const { id, ifVersion } of changes) note(id, (ifVersion ?? 0) + 1);
      return isPut;
    };
    // What was there before is not told: it is read, as soon as it can be.
    await vi.waitFor(async () => (await store.list('rule')).forEach(({ id, version }) => note(id, version)));
    return versions;
  }
});
