/** What every StateStore keeps, whatever lies under it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { StateStore } from '#indexer/state/state-store.ts';

/** `reopen` answers another store on the same ground; absent when nothing outlives the first. */
export type StateUnderTest = {
  store: StateStore;
  reopen?: () => StateStore | Promise<StateStore>;
  dispose?: () => void | Promise<void>;
};

export function stateStoreContract(
  name: string,
  open: () => StateUnderTest | Promise<StateUnderTest>,
  timeout = 5_000,
): void {
  describe(name, { timeout }, () => {
    let ground: StateUnderTest;
    let store: StateStore;
    beforeEach(async () => {
      ground = await open();
      store = ground.store;
    }, timeout);
    afterEach(async () => {
      await store.close();
      await ground.dispose?.();
    });

    test('answers null for what is not there', async () => {
      expect(await store.get('rule', 'nobody')).toBeNull();
      expect(await store.list('rule')).toEqual([]);
    });

    test('gives back a document as it was put, whatever its text', async () => {
      const document = { name: 'naïve "quoted"\n\u0000', nested: { __proto__x: [1, null, true] }, n: 1e21 };
      expect(await store.put([{ kind: 'rule', id: 'a', document }])).toBe(true);
      expect(await store.get('rule', 'a')).toEqual({ id: 'a', document, version: 1 });
    });

    test('counts a version up with each change, and begins again after a delete', async () => {
      const put = (document: unknown) => store.put([{ kind: 'rule', id: 'a', document }]);
      await put({ n: 1 });
      await put({ n: 2 });
      expect(await store.get('rule', 'a')).toMatchObject({ version: 2, document: { n: 2 } });
      await put(null);
      expect(await store.get('rule', 'a')).toBeNull();
      await put({ n: 3 });
      expect(await store.get('rule', 'a')).toMatchObject({ version: 1 });
    });

    test.each([
      { there: 0, asked: 0, fits: true },
      { there: 0, asked: 1, fits: false },
      { there: 1, asked: 0, fits: false },
      { there: 1, asked: 1, fits: true },
      { there: 2, asked: 1, fits: false },
      { there: 2, asked: undefined, fits: true },
    ])('version $there against ifVersion $asked: $fits', async ({ there, asked, fits }) => {
      for (let n = 0; n < there; n++) await store.put([{ kind: 'rule', id: 'a', document: { n } }]);
      const change = { kind: 'rule' as const, id: 'a', document: { n: 'new' } };
      expect(await store.put([asked === undefined ? change : { ...change, ifVersion: asked }])).toBe(fits);
      const after = await store.get<{ n: unknown }>('rule', 'a');
      expect(after?.document.n === 'new').toBe(fits);
    });

    test('puts all changes or none', async () => {
      await store.put([{ kind: 'alert', id: 'b', document: { n: 1 } }]);
      const isPut = await store.put([
        { kind: 'alert', id: 'a', document: { n: 1 }, ifVersion: 0 },
        { kind: 'pending-death', id: 'p', document: { n: 1 } },
        { kind: 'alert', id: 'b', document: { n: 2 }, ifVersion: 0 },
      ]);
      expect(isPut).toBe(false);
      expect(await store.get('alert', 'a')).toBeNull();
      expect(await store.get('pending-death', 'p')).toBeNull();
      expect(await store.get('alert', 'b')).toMatchObject({ document: { n: 1 }, version: 1 });
    });

    test('deletes only the version that was meant', async () => {
      await store.put([{ kind: 'rule', id: 'a', document: {} }]);
      expect(await store.put([{ kind: 'rule', id: 'a', document: null, ifVersion: 9 }])).toBe(false);
      expect(await store.put([{ kind: 'rule', id: 'a', document: null, ifVersion: 1 }])).toBe(true);
      expect(await store.get('rule', 'a')).toBeNull();
    });

    test('lists one kind by id, both ways, up to a limit', async () => {
      const ids = ['2026-c', '2026-a', '2026-b'];
      await store.put(ids.map(id => ({ kind: 'delivery' as const, id, document: { id } })));
      await store.put([{ kind: 'rule', id: '2026-z', document: {} }]);
      const listed = async (options?: { limit?: number; newestFirst?: boolean }) =>
        (await store.list('delivery', options)).map(row => row.id);
      expect(await listed()).toEqual(['2026-a', '2026-b', '2026-c']);
      expect(await listed({ newestFirst: true })).toEqual(['2026-c', '2026-b', '2026-a']);
      expect(await listed({ newestFirst: true, limit: 2 })).toEqual(['2026-c', '2026-b']);
    });

    test('what one holds does not change with what the caller does to it', async () => {
      const document = { list: [1] };
      await store.put([{ kind: 'rule', id: 'a', document }]);
      document.list.push(2);
      expect(await store.get('rule', 'a')).toMatchObject({ document: { list: [1] } });
    });

    test('still has everything when opened again', async () => {
      if (!ground.reopen) return;
      await store.put([{ kind: 'host', id: 'h', document: { name: 'one' } }]);
      await store.close();
      store = await ground.reopen();
      expect(await store.get('host', 'h')).toEqual({ id: 'h', document: { name: 'one' }, version: 1 });
    });

    test('puts that are asked for at once are each whole, and weighed one after the other', async () => {
      const puts = Array.from({ length: 20 }, (_, n) =>
        store.put([
          { kind: 'rule', id: 'one', document: { n }, ifVersion: 0 },
          { kind: 'alert', id: `of-${n}`, document: { n } },
        ]),
      );
      const fates = await Promise.all(puts);
      expect(fates.filter(Boolean)).toHaveLength(1);
      const [alert, ...others] = await store.list<{ n: number }>('alert');
      expect(others).toEqual([]);
      expect(await store.get('rule', 'one')).toMatchObject({
        document: { n: alert!.document.n },
        version: 1,
      });
      expect(fates[alert!.document.n]).toBe(true);
    });

    test('one put may change a row more than once', async () => {
      const isPut = await store.put([
        { kind: 'rule', id: 'a', document: { n: 1 }, ifVersion: 0 },
        { kind: 'rule', id: 'a', document: { n: 2 }, ifVersion: 1 },
        { kind: 'rule', id: 'b', document: { n: 1 } },
        { kind: 'rule', id: 'b', document: null },
      ]);
      expect(isPut).toBe(true);
      expect(await store.list('rule')).toEqual([{ id: 'a', document: { n: 2 }, version: 2 }]);
    });

    test('nobody is told of what was put here', async () => {
      const told: unknown[] = [];
      store.watch('rule', rows => void told.push(...rows));
      await store.put([{ kind: 'rule', id: 'a', document: {} }]);
      expect(await store.get('rule', 'a')).not.toBeNull();
      expect(told).toEqual([]);
    });

    test('what is shared is told to others, before they read it: made, changed and deleted; whose it was hears nothing', async () => {
      if (!store.isShared) return;
      const other = await ground.reopen!();
      try {
        // What is there when it opens is told to nobody.
        await other.list('rule');
        const told: [string, unknown][] = [];
        const ownTold: unknown[] = [];
        other.watch<unknown>(
          'rule',
          rows => void told.push(...rows.map(row => [row.id, row.document] as [string, unknown])),
        );
        store.watch('rule', rows => void ownTold.push(rows));
        await store.put([
          { kind: 'rule', id: 'a', document: { n: 1 } },
          { kind: 'alert', id: 'x', document: {} },
        ]);
        expect(await other.get('rule', 'a')).toMatchObject({ document: { n: 1 }, version: 1 });
        await store.put([{ kind: 'rule', id: 'a', document: { n: 2 } }]);
        expect(await other.put([{ kind: 'rule', id: 'a', document: null, ifVersion: 1 }])).toBe(false);
        expect(await other.put([{ kind: 'rule', id: 'b', document: {} }])).toBe(true);
        await store.put([{ kind: 'rule', id: 'a', document: null }]);
        // Without being asked, too.
        await vi.waitFor(() => expect(told.at(-1)).toEqual(['a', null]), 10_000);
        expect(told).toEqual([
          ['a', { n: 1 }],
          ['a', { n: 2 }],
          ['a', null],
        ]);
        expect(await store.list('rule')).toMatchObject([{ id: 'b' }]);
        expect(ownTold).toHaveLength(1);
      } finally {
        await other.close();
      }
    });
  });
}
