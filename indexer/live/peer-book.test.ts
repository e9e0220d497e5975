import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PeerBook } from './peer-book.ts';
import { SHARED_TOPICS, type Beat, type SharedTopic } from './peer-messages.ts';

const FOLLOWED = new Set<SharedTopic>(['records']);
const aBeat = (records: number, more: Partial<Beat> = {}): Beat => ({
  is: 'beat',
  from: 'b',
  totals: { ...(Object.fromEntries(SHARED_TOPICS.map(topic => [topic, 0])) as Beat['totals']), records },
  wants: [],
  sends: ['records'],
  watched: [],
  ...more,
});
const items = (first: number, count: number) => ({
  first,
  items: Array.from({ length: count }, (_, i) => first + i),
});

function aBook(): PeerBook {
  const book = new PeerBook();
  book.hear('b', 0);
  return book;
}

describe('what did not come', () => {
  test('is counted when the next message comes', () => {
    const book = aBook();
    book.noteTold('b', 'records', 10);
    expect(book.take('b', 'records', items(10, 5))).toEqual({ fresh: [10, 11, 12, 13, 14], missed: 0 });
    expect(book.take('b', 'records', items(20, 1))).toEqual({ fresh: [20], missed: 5 });
  });

  test('is counted by a beat when no message comes', () => {
    const book = aBook();
    book.noteTold('b', 'records', 10);
    expect(book.noteBeat(aBeat(14), FOLLOWED)).toEqual([{ topic: 'records', count: 4 }]);
    expect(book.noteBeat(aBeat(14), FOLLOWED)).toEqual([]);
    expect(book.take('b', 'records', items(14, 1))).toEqual({ fresh: [14], missed: 0 });
  });

  test('is nothing before anybody followed', () => {
    const book = aBook();
    expect(book.noteBeat(aBeat(1_000), new Set())).toEqual([]);
    expect(book.noteBeat(aBeat(2_000, { sends: [] }), FOLLOWED)).toEqual([]);
    book.noteTold('b', 'records', 2_500);
    expect(book.take('b', 'records', items(2_500, 1)).missed).toBe(0);
  });

  test('is nothing while nobody follows, though it was counted before and after', () => {
    const book = aBook();
    book.noteTold('b', 'records', 10);
    expect(book.noteBeat(aBeat(50), new Set())).toEqual([]);
    book.noteTold('b', 'records', 70);
    expect(book.noteBeat(aBeat(71), FOLLOWED)).toEqual([{ topic: 'records', count: 1 }]);
  });

  test('is all since the last beat for who began to follow while nothing could come', () => {
    const book = aBook();
    book.noteBeat(aBeat(100, { sends: [] }), new Set());
    book.noteFollowedAlone('records');
    expect(book.noteBeat(aBeat(130), FOLLOWED)).toEqual([{ topic: 'records', count: 30 }]);
  });
});

test('what comes twice is taken once', () => {
  const book = aBook();
  book.noteTold('b', 'records', 0);
  book.take('b', 'records', items(0, 5));
  expect(book.take('b', 'records', items(3, 4))).toEqual({ fresh: [5, 6], missed: 0 });
});

test('whichever messages are lost, came and missed add up, and nothing comes twice', () => {
  const message = fc.record({
    count: fc.integer({ min: 1, max: 5 }),
    isLost: fc.boolean(),
    isBeat: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(message), messages => {
      const book = aBook();
      book.noteTold('b', 'records', 0);
      const came: number[] = [];
      let total = 0;
      let missed = 0;
      for (const { count, isLost, isBeat } of messages) {
        const sent = items(total, count);
        total += count;
        if (!isLost) {
          const taken = book.take('b', 'records', sent);
          came.push(...taken.fresh);
          missed += taken.missed;
        }
        if (isBeat)
          missed += book.noteBeat(aBeat(total), FOLLOWED).reduce((sum, { count }) => sum + count, 0);
      }
      missed += book.noteBeat(aBeat(total), FOLLOWED).reduce((sum, { count }) => sum + count, 0);
      expect(came).toEqual([...new Set(came)].sort((a, b) => a - b));
      expect(came.length + missed).toBe(total);
    }),
  );
});

describe('indexers', () => {
  test('are away when they are silent, but not while nobody could be heard', () => {
    const book = aBook();
    expect(book.noteSilent(0)).toBe(false);
    book.excuseSilence(5_000);
    expect(book.noteSilent(4_000)).toBe(false);
    expect([book.noteSilent(5_001), book.noteSilent(5_001)]).toEqual([true, false]);
    expect(book.ids).toEqual([]);
  });

  test('that were only cut off have stored something meanwhile', () => {
    const book = aBook();
    book.noteTold('b', 'records', 10);
    book.noteBeat(aBeat(10, { wants: ['events'], watched: ['c1'] }), FOLLOWED);
    book.noteSilent(1);
    expect([book.isWanted('events'), book.watched()]).toEqual([false, []]);
    expect([book.hear('b', 2), book.ids]).toEqual([true, ['b']]);
    expect(book.noteBeat(aBeat(30), FOLLOWED)).toEqual([{ topic: 'records', count: 20 }]);
  });

  test('that never come back are not remembered for ever', () => {
    const book = new PeerBook();
    for (let i = 0; i < 200; i++) {
      book.hear(`b${i}`, i);
      book.noteTold(`b${i}`, 'records', 10);
      book.noteSilent(i + 1);
    }
    const known = Array.from({ length: 200 }, (_, i) => book.take(`b${i}`, 'records', items(12, 1)).missed);
    expect(known.filter(missed => missed > 0)).toHaveLength(50);
  });

  test('say what is followed and looked at there', () => {
    const book = aBook();
    expect(book.isWanted('records')).toBe(false);
    book.noteWant('b', 'records');
    expect(book.isWanted('records')).toBe(true);
    book.noteBeat(aBeat(0, { wants: ['events'], watched: ['c1'] }), FOLLOWED);
    expect([book.isWanted('records'), book.isWanted('events'), book.watched()]).toEqual([
      false,
      true,
      ['c1'],
    ]);
  });
});
