import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { createBulk, type BulkOptions } from './bulk.ts';
import type { BulkItem } from '../server/bulk-outcome.ts';
import type { Document } from './bulk-entry.ts';

const document = (id: string, source = '{}'): Document => ({ index: 'i', id, source });
const conflict: BulkItem = {
  status: 409,
  error: { type: 'version_conflict_engine_exception', reason: 'there' },
};
const refused: BulkItem = { status: 400, error: { type: 'document_parsing_exception', reason: 'no' } };
const busy: BulkItem = { status: 429, error: { type: 'es_rejected_execution_exception', reason: 'busy' } };

/** What a server keeps: documents by index and id, created once. */
function createShelf() {
  const kept = new Map<string, string>();
  const create = ({ index, id, source }: Document): BulkItem => {
    if (kept.has(`${index}/${id}`)) return conflict;
    if (source.includes('bad') && index !== 'dead') return refused;
    kept.set(`${index}/${id}`, source);
    return { status: 201 };
  };
  return { kept, create };
}

function open(send: BulkOptions['send'], options: Partial<BulkOptions> = {}) {
  return createBulk({
    send,
    salvage: ({ index, id, source }) =>
      source.includes('app') ? { index, id, source: source.replace('app', '') } : null,
    letterOf: ({ index, id, source }) =>
      index === 'dead' ? null : { index: 'dead', id: `${index}/${id}`, source },
    makeIndex: () => Promise.resolve(),
    onAway: error => new QuaylogError('store_failed', 'away', { cause: error }),
    now: () => new Date(),
    random: () => 0,
    ...options,
  });
}
const status = (code: number) => Object.assign(new Error(`status ${code}`), { statusCode: code });

test('tells of each document what became of it', async () => {
  const { kept, create } = createShelf();
  const bulk = open(documents => Promise.resolve(documents.map(create)));
  await bulk.write([document('there')]);
  const fates = await bulk.write([
    document('there'),
    document('new'),
    document('a', 'bad'),
    document('b', 'badapp'),
  ]);
  expect(fates).toEqual(['there', 'stored', 'dead', 'dead']);
  expect(await bulk.write([document('a', 'bad')])).toEqual(['known_dead']);
  expect([...kept.keys()].sort()).toEqual(['dead/i/a', 'dead/i/b', 'i/new', 'i/there']);
  bulk.close();
});

test('salvages what is refused for its application fields', async () => {
  const { kept, create } = createShelf();
  const bulk = open(documents =>
    Promise.resolve(documents.map(each => (each.source.includes('app') ? refused : create(each)))),
  );
  expect(await bulk.write([document('a', 'x app y')])).toEqual(['stored']);
  expect(kept.get('i/a')).toBe('x  y');
});

test('what was stored by a request whose answer got lost is new, not a duplicate', async () => {
  const { create } = createShelf();
  const send = vi.fn((documents: readonly Document[]) => {
    const items = documents.map(create);
    return send.mock.calls.length === 1 ? Promise.reject(new Error('cut')) : Promise.resolve(items);
  });
  expect(await open(send).write([document('a'), document('b')])).toEqual(['stored', 'stored']);
});

test('appends that wait share a request', async () => {
  const { create } = createShelf();
  const gates = [Promise.withResolvers<null>(), Promise.withResolvers<null>()];
  const send = vi.fn(async (documents: readonly Document[]) => {
    await gates[send.mock.calls.length - 1]?.promise;
    return documents.map(create);
  });
  const bulk = open(send);
  const writes = ['a', 'b', 'c', 'd', 'e'].map(id => bulk.write([document(id)]));
  for (const { resolve } of gates) resolve(null);
  await Promise.all(writes);
  expect(send.mock.calls.map(([documents]) => documents.length)).toEqual([1, 1, 3]);
});

test('a request that is too large is sent in parts, and one document that is too large is a dead letter', async () => {
  const { kept, create } = createShelf();
  const bulk = open(documents => {
    const size = documents.reduce(
      (sum, { source, index }) => sum + (index === 'dead' ? 1 : source.length),
      0,
    );
    return size > 100 ? Promise.reject(status(413)) : Promise.resolve(documents.map(create));
  });
  const documents = Array.from({ length: 20 }, (_, i) => document(String(i), 'x'.repeat(i === 7 ? 500 : 30)));
  const fates = await bulk.write(documents);
  expect(fates).toEqual(documents.map((_, i) => (i === 7 ? 'dead' : 'stored')));
  expect(kept.size).toBe(20);
});

test.each([
  [{ status: 429, error: { type: 'cluster_block_exception', reason: 'flood-stage' } }, 'store_full'],
  [{ status: 403, error: { type: 'cluster_block_exception', reason: 'index write (api)' } }, 'store_failed'],
])('a block is told at once: %j is %s', async (item, code) => {
  const bulk = open(documents => Promise.resolve(documents.map(() => item)));
  await expect(bulk.write([document('a')])).rejects.toMatchObject({ code });
});

test.each([401, 403])('%d gives up at once what is under way', async code => {
  const onAway = vi.fn(() => new QuaylogError('store_failed', 'away'));
  const bulk = open(() => Promise.reject(status(code)), { onAway });
  await expect(Promise.all([bulk.write([document('a')]), bulk.write([document('b')])])).rejects.toThrow(
    'away',
  );
  expect(onAway).toHaveBeenCalled();
});

test('without any answer it gives up after some rounds, and begins anew with the next write', async () => {
  const { create } = createShelf();
  let isUp = false;
  const bulk = open(documents =>
    isUp ? Promise.resolve(documents.map(create)) : Promise.reject(new Error('refused')),
  );
  await expect(bulk.write([document('a')])).rejects.toThrow('away');
  isUp = true;
  expect(await bulk.write([document('a')])).toEqual(['stored']);
});

test('an index that is not there is made', async () => {
  const { create } = createShelf();
  const made = new Set<string>();
  const missing: BulkItem = {
    status: 404,
    error: { type: 'index_not_found_exception', reason: 'no such index' },
  };
  const bulk = open(
    documents => Promise.resolve(documents.map(each => (made.has(each.index) ? create(each) : missing))),
    {
      makeIndex: index => Promise.resolve(void made.add(index)),
    },
  );
  expect(await bulk.write([document('a'), document('b')])).toEqual(['stored', 'stored']);
});

test('an index that cannot be made is told', async () => {
  const missing: BulkItem = {
    status: 404,
    error: { type: 'index_not_found_exception', reason: 'no such index' },
  };
  const bulk = open(documents => Promise.resolve(documents.map(() => missing)));
  await expect(bulk.write([document('a')])).rejects.toThrow('The index i is not there');
});

test('whatever a server does, each good document is stored once and each bad one is a dead letter', async () => {
  const aFault = fc.constantFrom('none', 'none', 'some busy', 'cut', 'busy', 'away', 'too large');
  const aWrite = fc.array(fc.tuple(fc.nat(30), fc.constantFrom('{}', 'bad', 'app bad', 'app')), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(aWrite, { minLength: 1, maxLength: 5 }),
      fc.array(aFault, { maxLength: 30 }),
      async (writes, faults) => {
        const { kept, create } = createShelf();
        const send = (documents: readonly Document[]): Promise<BulkItem[]> => {
          const fault = faults.shift() ?? 'none';
          if (fault === 'busy') return Promise.reject(status(429));
          if (fault === 'away') return Promise.reject(new Error('refused'));
          if (fault === 'too large' && documents.length > 1) return Promise.reject(status(413));
          const items = documents.map((each, place) =>
            fault === 'some busy' && place % 2 === 0 ? busy : create(each),
          );
          return fault === 'cut' ? Promise.reject(new Error('cut')) : Promise.resolve(items);
        };
        const bulk = open(send);
        const all = writes.map(write => write.map(([id, source]) => document(`${id} ${source}`, source)));
        await Promise.all(all.map(documents => writeUntilTaken(bulk, documents)));
        const good = all.flat().filter(({ source }) => !source.includes('bad'));
        const bad = all.flat().filter(({ source }) => source.includes('bad'));
        const expected = [...good.map(({ id }) => `i/${id}`), ...bad.map(({ id }) => `dead/i/${id}`)];
        expect([...kept.keys()].sort()).toEqual([...new Set(expected)].sort());
      },
    ),
    { numRuns: 300 },
  );
});

async function writeUntilTaken(bulk: ReturnType<typeof createBulk>, documents: Document[]): Promise<void> {
  for (;;) {
    try {
      await bulk.write(documents);
      return;
    } catch {
      // As a collector does: it sends the same again.
    }
  }
}
