import { expect, test } from 'vitest';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { Appended, StoreBatch } from '../store/log-store.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { aRecordOf } from '../store/embedded/hours.fixture.ts';
import { Sender } from './send-all.ts';

const batches = (count: number): StoreBatch[] =>
  Array.from({ length: count }, (_, i) => ({ records: [aRecordOf(i)], events: [], samples: [] }));
const away = () => Promise.reject(new QuaylogError('store_failed', 'It is away.'));

test('each batch is sent until it is taken, and both silence and return are told once', async () => {
  const store = createMemoryStore();
  const remarks: string[] = [];
  let taken = 0;
  let failures = 5;
  const sender = new Sender({
    store: { append: batch => (failures-- > 0 ? away() : store.append(batch)) },
    onTaken: documents => void (taken += documents),
    onRemark: text => void remarks.push(text),
  });
  const outcome = await sender.sendAll([...batches(10), ...batches(3)]);
  expect(outcome).toEqual({
    read: { records: 13, events: 0, samples: 0 },
    stored: 10,
    there: 3,
    deadLetters: 0,
  });
  expect(taken).toBe(13);
  expect(remarks).toEqual(['waiting for the target: It is away.', 'the target takes documents again']);
});

test('a target that takes nothing for long is given up', async () => {
  const sender = new Sender({
    store: { append: away },
    onTaken: fail,
    onRemark: () => undefined,
    giveUpAfterMs: 0,
  });
  await expect(sender.sendAll(batches(1))).rejects.toThrow('It is away.');
});

test('dead letters are told apart from what is stored and what was there', async () => {
  const answer: Appended = {
    records: [],
    events: [],
    samples: [],
    duplicates: 1,
    deadLettered: 2,
    knownDead: 1,
  };
  const sender = new Sender({
    store: { append: () => Promise.resolve(answer) },
    onTaken: () => undefined,
    onRemark: fail,
  });
  const batch = { records: [0, 1, 2].map(i => aRecordOf(i)), events: [], samples: [] };
  expect(await sender.sendAll([batch])).toMatchObject({ stored: 0, there: 0, deadLetters: 3 });
});

test('what cannot be read ends it', async () => {
  const store = createMemoryStore();
  const sender = new Sender({ store, onTaken: () => undefined, onRemark: fail });
  function* broken(): Generator<StoreBatch> {
    yield* batches(2);
    throw new Error('damaged');
  }
  await expect(sender.sendAll(broken())).rejects.toThrow('damaged');
});

function fail(): never {
  throw new Error('not expected');
}
