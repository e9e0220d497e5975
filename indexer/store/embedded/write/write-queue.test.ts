import { describe, expect, test } from 'vitest';
import { createWriteQueue, type Syncable } from './write-queue.ts';

function createFile(fail?: Error): Syncable & { syncs: number } {
  return {
    syncs: 0,
    sync() {
      this.syncs++;
      return fail ? Promise.reject(fail) : Promise.resolve();
    },
  };
}

describe('the queue of writes', () => {
  test('shares one sync among appends that wait together', async () => {
    const file = createFile();
    const queue = createWriteQueue(() => undefined);
    const append = (n: number): Promise<number> => queue.enqueue(touched => (touched.add(file), n));
    expect(await Promise.all([append(1), append(2), append(3)])).toEqual([1, 2, 3]);
    expect(file.syncs).toBe(1);
    await append(4);
    expect(file.syncs).toBe(2);
  });

  test('fails the one that threw and no other', async () => {
    const queue = createWriteQueue(() => undefined);
    const results = await Promise.allSettled([
      queue.enqueue(() => 'a'),
      queue.enqueue(() => {
        throw new Error('no');
      }),
      queue.enqueue(() => 'c'),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('acknowledges nothing that was not synced', async () => {
    const queue = createWriteQueue(() => undefined);
    const append = queue.enqueue(touched => touched.add(createFile(new Error('disk on fire'))));
    await expect(append).rejects.toThrow('disk on fire');
  });

  test('moves files only between groups', async () => {
    const file = createFile();
    const order: string[] = [];
    const queue = createWriteQueue(() => order.push(`synced ${file.syncs}`));
    const append = (name: string): Promise<unknown> =>
      queue.enqueue(touched => (touched.add(file), order.push(name)));
    await Promise.all([append('a'), queue.enqueueAlone(() => order.push('move')), append('b'), append('c')]);
    expect(order).toEqual(['a', 'synced 1', 'move', 'synced 1', 'b', 'c', 'synced 2']);
  });
});
