import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { LogCursor } from '../cursor/cursor.ts';
import { LogReading, readSince } from '../watch/log-reading.ts';
import { createLineJoiner, type Line } from './lines.ts';
import {
  createPassing,
  createPatternJoiner,
  PATTERN_HOLD_MS,
  type PatternJoining,
} from './pattern-joiner.ts';
import type { TraceJoiner } from './traces.ts';

/** What comes out when this line goes in. */
function pushed(joiner: Pick<TraceJoiner, 'push'>, line: Line): Line[] {
  const out: Line[] = [];
  joiner.push(line, out);
  return out;
}

vi.setConfig({ testTimeout: 120_000 });

const lineAt = (ms: number, text: string, bytes = text.length): Line => ({
  stamp: stampOfUs(ms * 1_000),
  ordinal: 0,
  stream: 1,
  text,
  bytes,
  flags: 0,
});
const stampOfUs = (us: number): string =>
  `2026-11-22T10:00:${String(Math.floor(us / 1e6)).padStart(2, '0')}.${String(us % 1e6).padStart(6, '0')}000Z`;

/** A record begins with a letter. */
const beginning: PatternJoining = { goesOn: text => !/^[a-z]/.test(text), side: 'before' };
/** A record ends where no backslash is. */
const continued: PatternJoining = { goesOn: text => text.endsWith('\\'), side: 'after' };

const recordsOf = (joining: PatternJoining, lines: Line[]): string[] => {
  const joiner = createPatternJoiner(joining);
  return [...lines.flatMap(line => pushed(joiner, line)), ...joiner.flush()].map(({ text }) => text);
};

describe('joining by a pattern', () => {
  it('holds a line only while the next one may go on with it', () => {
    const joiner = createPatternJoiner(continued);
    const plain = lineAt(0, 'a');
    expect(pushed(joiner, plain)[0]).toBe(plain);
    expect(pushed(joiner, lineAt(1, 'b\\'))).toEqual([]);
    expect(joiner.held).toEqual({ stamp: stampOfUs(1_000), ordinal: 0, lines: 1 });
    expect(pushed(joiner, lineAt(2, 'c')).map(({ text }) => text)).toEqual(['b\\\nc']);
    expect(joiner.held).toBeNull();
  });

  it('names a record by its first line and adds up the rest', () => {
    const joiner = createPatternJoiner(beginning);
    pushed(joiner, { ...lineAt(0, 'a'), flags: 1 });
    pushed(joiner, { ...lineAt(1, '1'), flags: 2 });
    expect(joiner.flush()).toEqual([{ ...lineAt(0, 'a\n1', 2), flags: 3 }]);
  });

  it('ends a record where engine time, lines or bytes say so; what then goes on stands alone', () => {
    expect(
      recordsOf(beginning, [lineAt(0, 'a'), lineAt(499, '1'), lineAt(999, '2'), lineAt(1_000, '3')]),
    ).toEqual(['a\n1', '2', '3']);
    expect(
      recordsOf(
        { ...beginning, maxLines: 2 },
        ['a', '1', '2', '3', 'b'].map((text, i) => lineAt(i, text)),
      ),
    ).toEqual(['a\n1', '2', '3', 'b']);
    expect(recordsOf(beginning, [lineAt(0, 'a'), lineAt(1, '1', 300_000), lineAt(2, '2')])).toEqual([
      'a',
      '1',
      '2',
    ]);
    expect(
      recordsOf(
        { ...continued, maxLines: 2 },
        ['a\\', 'b\\', 'c\\', 'd'].map((text, i) => lineAt(i, text)),
      ),
    ).toEqual(['a\\\nb\\', 'c\\\nd']);
  });

  it('waits longer for the next line than lines may be apart', () => {
    const gapMs = 500;
    expect(recordsOf(beginning, [lineAt(0, 'a'), lineAt(gapMs, '1')])).toHaveLength(2);
    expect(PATTERN_HOLD_MS).toBeGreaterThan(gapMs);
  });

  it('does not happen at all when it is off', () => {
    const joiner = createPassing();
    const line = lineAt(0, 'java.lang.Error: x');
    expect([...pushed(joiner, line), ...joiner.flush()]).toEqual([line]);
    expect(joiner.held).toBeNull();
  });
});

/** A message in the order of the engine's file. */
type Message = { stream: 1 | 2; us: number; text: string };

function frame({ stream, us, text }: Message): Buffer {
  const body = Buffer.from(`${stampOfUs(us)} ${text}\n`);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

const messages = fc
  .array(
    fc.record({
      stream: fc.constantFrom(1 as const, 1 as const, 2 as const),
      gapUs: fc.constantFrom(0, 1, 40, 900, 60_000, 499_999, 500_000, 900_000),
      swapped: fc.boolean(),
      text: fc.constantFrom('a', 'b\\', ' 1', '2\\'),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map(lines => {
    const last = { 1: 0, 2: 0 };
    let now = 1_000_000;
    return lines.map(({ stream, gapUs, swapped, text }): Message => {
      now += gapUs;
      const us = Math.max(swapped ? now - 900 : now, last[stream] + (gapUs === 0 ? 0 : 1));
      last[stream] = us;
      return { stream, us, text };
    });
  });

const idOf = (line: Line): string => `${line.stamp}/${line.stream}/${line.ordinal}`;

describe('a log that is joined by a pattern', () => {
  it.each([
    ['where records begin', beginning],
    ['where lines go on', continued],
  ])('%s: killed and resumed at any point it gives every record once, by id', (_, joining) => {
    const treatment = { createJoiner: () => createPatternJoiner(joining), holdMs: 0 };
    const readingFrom = (cursor: LogCursor | null): LogReading =>
      new LogReading({ joiner: createLineJoiner({ tty: false, maxLineBytes: 1 << 20 }), cursor, treatment });
    const readFrom = (log: Message[], cursor: LogCursor | null): Message[] =>
      log.filter(({ us }) => cursor === null || stampOfUs(us) >= readSince(cursor));
    /** What a timer may let out: nothing that is still to come can go on with it. */
    const mayRelease = (read: Message[], i: number): boolean => {
      const newest = Math.max(...read.slice(0, i + 1).map(({ us }) => us));
      return read.slice(i + 1).every(next => next.us - newest > 500_000);
    };

    fc.assert(
      fc.property(
        messages,
        fc.array(fc.tuple(fc.nat(60), fc.nat(60), fc.boolean()), { maxLength: 8 }),
        (log, kills) => {
          const whole = readingFrom(null);
          const expected = [...whole.take(Buffer.concat(log.map(frame))), ...whole.finish()];
          expect(whole.pending).toBe(0);

          const stored = new Map<string, string>();
          const store = (lines: Line[]): void => {
            for (const line of lines) if (!stored.has(idOf(line))) stored.set(idOf(line), line.text);
          };
          let acked: LogCursor | null = null;
          for (const [count, ackedCount, releases] of kills) {
            const reading = readingFrom(acked);
            const read = readFrom(log, acked);
            read.slice(0, count).forEach((message, i) => {
              store(reading.take(frame(message)));
              if (releases && mayRelease(read, i)) store(reading.release());
              if (i <= ackedCount) acked = reading.cursor ?? acked;
            });
            expect(reading.gap).toBeNull();
          }
          const last = readingFrom(acked);
          for (const message of readFrom(log, acked)) store(last.take(frame(message)));
          store(last.finish());
          expect(stored).toEqual(new Map(expected.map(line => [idOf(line), line.text])));
        },
      ),
      { numRuns: 500 },
    );
  });
});
