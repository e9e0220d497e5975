import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFramedJoiner, type Line } from '../../engine/lines.ts';
import type { LogGap } from '../log-source.ts';
import { OutputQueue } from './output-queue.ts';
import { Stamper } from './stamper.ts';

type Taken = { lines: Line[]; gaps: LogGap[]; ends: number };

/** A queue and its reader, which takes as much as it is told to. */
function pair(maxBytes: number, maxLineBytes = 1_000, now: () => number = Date.now) {
  const counters = { linesRead: 0, linesDropped: 0 };
  const space = { bytes: 0 };
  const stamper = new Stamper(now, null);
  const queue = new OutputQueue({ stamper, maxLineBytes, space, counters, maxBytes });
  const joiner = createFramedJoiner({ tty: false, maxLineBytes });
  const taken: Taken = { lines: [], gaps: [], ends: 0 };
  const take = (count: number) => {
    for (let i = 0; i < count; i++) {
      const queued = queue.take();
      if (queued?.kind === 'frames') taken.lines.push(...joiner.push(queued.bytes));
      else if (queued?.kind === 'gap') taken.gaps.push(queued.gap);
      else if (queued?.kind === 'ended') taken.ends++;
      else return;
    }
  };
  const finish = () => {
    take(Infinity);
    taken.lines.push(...joiner.end());
  };
  return { queue, take, taken, finish, counters, space };
}

const textsOf = ({ lines }: Taken, stream: 1 | 2) =>
  lines.filter(line => line.stream === stream).map(({ text }) => text);

/** Both streams print numbered lines, in pieces of any size, and the reader takes some now and then. */
const printed = fc.array(
  fc.record({
    stream: fc.constantFrom<(1 | 2)[]>(1, 2),
    lines: fc.integer({ min: 0, max: 30 }),
    width: fc.nat(80),
    taken: fc.nat(6),
  }),
  { maxLength: 40 },
);

describe('what a container printed', () => {
  it('comes out as it came, stamped in its order, while there is room', () => {
    const { queue, taken, finish } = pair(1e6);
    queue.add(1, Buffer.from('one\ntwo\nthr'));
    queue.add(2, Buffer.from('err'));
    queue.add(1, Buffer.from('ee\n\nlast'));
    queue.add(2, Buffer.from('or\n'));
    queue.end();
    finish();
    expect(textsOf(taken, 1)).toEqual(['one', 'two', 'three', '', 'last']);
    expect(textsOf(taken, 2)).toEqual(['error']);
    expect(taken.lines.filter(({ flags }) => flags !== 0)).toMatchObject([{ text: 'last' }]);
    const stamps = taken.lines.map(({ stamp }) => stamp);
    expect(new Set(stamps).size).toBe(stamps.length);
    expect(taken).toMatchObject({ gaps: [], ends: 1 });
  });

  it('does not go on in the next run where one ended in the middle of a line', () => {
    const { queue, taken, finish } = pair(1e6);
    queue.add(1, Buffer.from('cut'));
    queue.endLine(1);
    queue.end();
    queue.add(1, Buffer.from('new\n'));
    finish();
    expect(textsOf(taken, 1)).toEqual(['cut', 'new']);
  });

  it('is kept or counted, every line of it once, however slow the reader is', () => {
    fc.assert(
      fc.property(
        printed,
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 }),
        (bursts, sizes) => {
          const { queue, take, taken, finish, counters, space } = pair(3_000);
          const counts = { 1: 0, 2: 0 };
          let size = 0;
          for (const { stream, lines, width, taken: some } of bursts) {
            let text = '';
            for (let i = 0; i < lines; i++) text += `${++counts[stream]} ${'x'.repeat(width)}\n`;
            for (let at = 0; at < text.length;) {
              const to = at + (sizes[size++ % sizes.length] ?? 1);
              queue.add(stream, Buffer.from(text.slice(at, to)));
              at = to;
            }
            take(some);
          }
          queue.end();
          finish();
          const dropped = taken.gaps.reduce((sum, { lines = 0 }) => sum + lines, 0);
          for (const stream of [1, 2] as const) {
            const numbers = textsOf(taken, stream).map(text => parseInt(text));
            expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
          }
          expect(taken.lines.length + dropped).toBe(counts[1] + counts[2]);
          expect(taken.lines.every(({ flags }) => flags === 0)).toBe(true);
          expect(counters).toEqual({ linesRead: dropped, linesDropped: dropped });
          expect(taken.gaps.every(({ from, to }) => from < to)).toBe(true);
          const stamps = taken.lines.map(({ stamp }) => stamp);
          for (const { from, to } of taken.gaps)
            expect(stamps.filter(stamp => stamp > from && stamp < to)).toEqual([]);
          expect(space.bytes).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('never takes more room than it may, but for the lines that have begun', () => {
    const { queue, taken, finish, space } = pair(10_000, 1_000);
    for (let i = 0; i < 10_000; i++) queue.add(1, Buffer.from(`${i}\n`));
    queue.add(2, Buffer.alloc(1e6, 'y'));
    expect(space.bytes).toBeLessThan(11_000);
    queue.end();
    finish();
    expect(taken.gaps).toHaveLength(1);
    expect(taken.gaps[0]?.lines).toBe(10_001 - taken.lines.length);
  });

  it('keeps the head of a line without an end, and its end', () => {
    const { queue, taken, finish, space } = pair(5_000, 1_000);
    for (let i = 0; i < 100; i++) queue.add(1, Buffer.alloc(500, 'z'));
    queue.add(1, Buffer.from('\n'));
    expect(space.bytes).toBeLessThan(15_000);
    finish();
    queue.add(1, Buffer.from('next\n'));
    finish();
    expect(taken.lines.map(({ text }) => text)).toEqual(['z'.repeat(1_000), 'next']);
  });

  it('tells one gap of one time of want, not one of each line', () => {
    const { queue, take, taken, finish } = pair(20_000);
    for (let i = 0; i < 1_000; i++) {
      queue.add(1, Buffer.from(`${i}\n`));
      if (i > 500 && i % 20 === 0) take(1);
    }
    queue.end();
    finish();
    expect(taken.gaps).toHaveLength(1);
  });

  it('shares its room with that of other containers', () => {
    const { queue, taken, finish, space } = pair(1e6);
    space.bytes = 64 * 1024 * 1024;
    queue.add(1, Buffer.from('no room\n'));
    space.bytes = 0;
    queue.add(1, Buffer.from('room\n'));
    finish();
    expect(textsOf(taken, 1)).toEqual(['room']);
    expect(taken.gaps).toMatchObject([{ lines: 1 }]);
  });
});

describe('stamps', () => {
  it('grow with every line, whatever the clock does for less than a minute', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3_000, max: 3_000 }), { maxLength: 200 }), steps => {
        let ms = 1_795_350_000_000;
        const stamper = new Stamper(() => ms, null);
        const stamps = [stamper.next()];
        for (const step of steps) {
          ms = Math.max(1_795_349_970_000, Math.min(1_795_350_029_000, ms + step));
          stamps.push(stamper.next());
        }
        expect(stamps).toEqual([...new Set(stamps)].sort());
        expect(stamps.every(stamp => /^2026-11-22T12:\d\d:\d\d\.\d{9}Z$/.test(stamp))).toBe(true);
      }),
    );
  });

  it('are later than those of before a restart, and believe a clock that was set right', () => {
    const at = Date.parse('2026-11-22T12:00:00Z');
    const last = '2026-11-22T12:00:00.250000000Z';
    expect(new Stamper(() => at, last).next() > last).toBe(true);
    expect(new Stamper(() => at, '2027-11-22T12:00:00.000000000Z').next()).toMatch(
      /^2026-11-22T12:00:00\.000/,
    );
  });
});
