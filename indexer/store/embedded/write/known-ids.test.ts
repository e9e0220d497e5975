import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AskedIds } from './find-ids.ts';
import { createKnownIds } from './known-ids.ts';
import { toKind } from '../segment/kind.ts';
import { openColumns } from '../segment/segment.ts';
import type { SegmentRef } from '../segment/segment-ref.ts';

const HOURS = ['2026-11-22T10', '2026-11-22T11'];
/** The last two agree in all that goes into a print. */
const KEYS = ['000000000000000000', 'aa00bb00cc00dd0011', 'aa00bb00cc00dd0012'];
const KINDS = KEYS.map(key => toKind({ source: '{}', stream: 0, level: null, levelSource: null, key }));

type Id = { seconds: number; nanoseconds: number; ordinal: number; key: number };
const anId = fc.record({
  seconds: fc.constantFrom(0, 9, 10, 299, 3_599),
  nanoseconds: fc.constantFrom(0, 1, 999_999_999),
  ordinal: fc.constantFrom(0, 1, 0xff_ffff),
  key: fc.nat(KEYS.length - 1),
});
const hour = fc.nat(HOURS.length - 1);
/** `lost`: what was fresh does not get to the files. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ hour, ids: fc.array(anId, { maxLength: 12 }), isLost: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constantFrom('trim', 'restart', 'merge') },
);

const columnsOf = (ids: readonly Id[]): AskedIds => ({
  count: ids.length,
  seconds: Uint16Array.from(ids, ({ seconds }) => seconds),
  nanoseconds: Uint32Array.from(ids, ({ nanoseconds }) => nanoseconds),
  ordinals: Uint32Array.from(ids, ({ ordinal }) => ordinal),
  kinds: Uint8Array.from(ids, ({ key }) => key),
  keys: KEYS,
});

function segmentOf(ids: readonly Id[]): SegmentRef {
  const none = { bytes: Buffer.alloc(0), ends: new Uint32Array(ids.length) };
  const segment = openColumns({ ...columnsOf(ids), messages: none, rests: none }, KINDS);
  return { low: segment.low, high: segment.high, count: segment.count, open: () => segment };
}

describe('known ids', () => {
  test('are exactly those of the hour, whatever was let go, lost or read back', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 25 }),
        fc.constantFrom(0, 2_000, 2 ** 20),
        (steps, maxBytes) => {
          let known = createKnownIds(maxBytes);
          const stored: Id[][][] = [[], []];
          for (const one of steps) {
            if (one === 'trim') known.trim();
            else if (one === 'restart') known = createKnownIds(maxBytes);
            else if (one === 'merge')
              stored.forEach((parts, i) => (stored[i] = parts.length > 1 ? [parts.flat()] : parts));
            else {
              const parts = stored[one.hour] ?? [];
              const there = new Set(parts.flat().map(id => JSON.stringify(id)));
              const expected = one.ids.map(id => there.size !== there.add(JSON.stringify(id)).size);
              const places = (isFresh: boolean): number[] =>
                expected.flatMap((fresh, i) => (fresh === isFresh ? [i] : []));
              const name = HOURS[one.hour] ?? '';
              const found = known.sift(name, columnsOf(one.ids), () => parts.map(segmentOf));
              expect(found).toEqual({ fresh: places(true), known: places(false) });
              if (!one.isLost && found.fresh.length > 0) parts.push(one.ids.filter((_, i) => expected[i]));
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('of a stretch that was let go are read back once, all that a batch needs in one walk', () => {
    const ids = (count: number): Id[] =>
      Array.from({ length: count }, (_, i) => ({ seconds: i * 10, nanoseconds: i, ordinal: 0, key: 0 }));
    let opened = 0;
    const segments = [ids(30), ids(3)].map(segmentOf).map(ref => {
      return { ...ref, open: () => (opened++, ref.open()) };
    });
    const fresh = ids(30).map(id => ({ ...id, ordinal: 1 }));
    const known = createKnownIds();
    known.sift('2026-11-22T10', columnsOf(fresh), () => segments);
    expect(opened).toBe(2);
    const more = fresh.map(id => ({ ...id, ordinal: 2 }));
    expect(known.sift('2026-11-22T10', columnsOf(more), () => segments).known).toEqual([]);
    expect(opened).toBe(2);
  });

  test('that come again are looked up where they came together, and nowhere else', () => {
    const batches = Array.from({ length: 20 }, (_, n) =>
      Array.from({ length: 10 }, (_, i): Id => ({
        seconds: n * 2 + (i % 4),
        nanoseconds: i,
        ordinal: n,
        key: 0,
      })),
    );
    const opened: number[] = [];
    const segments = batches.map(segmentOf).map((ref, n) => {
      return { ...ref, open: () => (opened.push(n), ref.open()) };
    });
    const known = createKnownIds();
    known.sift('2026-11-22T10', columnsOf(batches[7]!), () => segments);
    opened.length = 0;
    expect(known.sift('2026-11-22T10', columnsOf(batches[7]!), () => segments).fresh).toEqual([]);
    expect(opened).toEqual([7]);
  });
});
