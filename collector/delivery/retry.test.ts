import { describe, expect, it } from 'vitest';
import { classify, SendWindow } from './retry.ts';

it.each([
  [200, 'acked'],
  [400, 'refuse'],
  [413, 'refuse'],
  [422, 'refuse'],
  [401, 'retry'],
  [403, 'retry'],
  [404, 'retry'],
  [429, 'retry'],
  [500, 'retry'],
  [503, 'retry'],
  [null, 'retry'],
])('status %j means %s', (status, verdict) => expect(classify(status)).toBe(verdict));

describe('how many batches are on their way', () => {
  it('is what the indexer grants, reached one by one, and never more than 16', () => {
    const window = new SendWindow();
    const sizes = Array.from({ length: 20 }, () => {
      window.noteAck(100);
      return window.size;
    });
    expect(sizes.slice(0, 3)).toEqual([4, 5, 6]);
    expect(sizes.at(-1)).toBe(16);
    window.noteAck(2);
    expect(window.size).toBe(2);
  });

  it('is halved at each failure, one at least, and grows again with acks', () => {
    const window = new SendWindow();
    window.noteFailure(undefined, 0.5);
    expect([window.size, window.isFailing]).toEqual([1, true]);
    window.noteFailure(undefined, 0.5);
    window.noteAck();
    expect([window.size, window.isFailing]).toEqual([2, false]);
  });

  it('waits longer after each failure in a row, and as long as the indexer asks', () => {
    const window = new SendWindow();
    const waits = Array.from({ length: 4 }, () => window.noteFailure(undefined, 0.999));
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(window.noteFailure(30_000, 0)).toBe(30_000);
    window.noteAck();
    expect(window.noteFailure(undefined, 0.999)).toBe(waits[0]);
  });
});
