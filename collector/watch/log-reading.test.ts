import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { LogCursor } from '../cursor/cursor.ts';
import { createLineJoiner, type Line } from '../engine/lines.ts';
import { LogReading, readSince } from './log-reading.ts';

vi.setConfig({ testTimeout: 60_000 });

/** A message in the order of the engine's file. */
type Message = { stream: 1 | 2; stamp: string; text: string };

const stamp = (us: number) =>
  `2026-11-22T10:00:${String(Math.floor(us / 1e6)).padStart(2, '0')}.${String(us % 1e6).padStart(6, '0')}000Z`;

function frame({ stream, stamp: at, text }: Message): Buffer {
  const body = Buffer.from(`${at} ${text}`);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

const readingFrom = (cursor: LogCursor | null) =>
  new LogReading({ joiner: createLineJoiner({ tty: false, maxLineBytes: 1 << 20 }), cursor });
const idOf = (line: Line) => `${line.stamp}/${line.stream}/${line.ordinal}`;

/** The engine's answer to `since`: every message tested on its own, as engines before 24 do. */
const readFrom = (log: Message[], cursor: LogCursor | null) =>
  log.filter(message => cursor === null || message.stamp >= readSince(cursor));

const numbered = fc.array(
  fc.record({
    stream: fc.constantFrom(1 as const, 2 as const),
    gapUs: fc.constantFrom(0, 1, 40, 900, 60_000, 700_000),
    swapped: fc.boolean(),
    parts: fc.constantFrom(1, 1, 1, 3),
    kind: fc.constantFrom('line', 'line', 'line', 'trace'),
  }),
  { minLength: 1, maxLength: 60 },
);

/** Lines of two streams: stamps grow within each, and across them only nearly. */
function writeLog(lines: typeof numbered extends fc.Arbitrary<infer T> ? T : never): Message[] {
  const last = { 1: 0, 2: 0 };
  let now = 1_000_000;
  return lines.flatMap(({ stream, gapUs, swapped, parts, kind }, i) => {
    now += gapUs;
    const at = Math.max(swapped ? now - 900 : now, last[stream] + (gapUs === 0 ? 0 : 1));
    last[stream] = kind === 'trace' ? at + 1 : at;
    const texts =
      kind === 'trace'
        ? [`java.lang.IllegalStateException: no ${i}\n`, `\tat com.shop.Cart.add(Cart.java:${i})\n`]
        : Array.from({ length: parts }, (_, p) => `line ${i} part ${p}${p === parts - 1 ? '\n' : ' '}`);
    return texts.map((text, n) => ({ stream, stamp: stamp(kind === 'trace' ? at + n : at), text }));
  });
}

describe('reading a log', () => {
  it('that is killed and resumed at any point gives every line once, by id', () => {
    fc.assert(
      fc.property(
        numbered,
        fc.array(fc.tuple(fc.nat(100), fc.nat(100)), { maxLength: 8 }),
        (lines, kills) => {
          const log = writeLog(lines);
          const whole = readingFrom(null);
          const expected = [...whole.take(Buffer.concat(log.map(frame))), ...whole.finish()];

          const stored = new Map<string, string>();
          const store = (taken: Line[]) => {
            for (const line of taken) if (!stored.has(idOf(line))) stored.set(idOf(line), line.text);
          };
          let acked: LogCursor | null = null;
          for (const [messages, ackedMessages] of kills) {
            const reading: LogReading = readingFrom(acked);
            const before = acked;
            readFrom(log, before)
              .slice(0, messages)
              .forEach((message, i) => {
                store(reading.take(frame(message)));
                if (i <= ackedMessages) acked = reading.cursor ?? acked;
              });
            expect(reading.gap).toBeNull();
          }
          const last = readingFrom(acked);
          for (const message of readFrom(log, acked)) store(last.take(frame(message)));
          store(last.finish());
          expect(new Set(stored.keys())).toEqual(new Set(expected.map(idOf)));
          for (const line of expected) expect(stored.get(idOf(line))).toBe(line.text);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('that is cut short while it skips what was taken keeps a line that was held back', () => {
    const log: Message[] = [
      { stream: 1, stamp: stamp(1_000_000), text: 'line\n' },
      { stream: 1, stamp: stamp(1_000_000), text: 'java.lang.Error: x\n' },
      { stream: 2, stamp: stamp(2_400_000), text: 'other\n' },
    ];
    const first = readingFrom(null);
    first.take(Buffer.concat(log.map(frame)));
    const second = readingFrom(first.cursor);
    second.take(frame(log[0]!));
    const third = readingFrom(second.cursor);
    const lines = readFrom(log, second.cursor).flatMap(message => third.take(frame(message)));
    expect([...lines, ...third.finish()].map(line => line.text)).toContain('java.lang.Error: x');
  });

  it('accounts for every line it read', () => {
    fc.assert(
      fc.property(numbered, lines => {
        const log = writeLog(lines);
        const reading = readingFrom(null);
        const out = [...reading.take(Buffer.concat(log.map(frame))), ...reading.finish()];
        expect(out).toHaveLength(reading.added);
        expect(reading.pending).toBe(0);
      }),
    );
  });

  const log: Message[] = [1, 2, 3, 4, 5].map(n => ({
    stream: 1,
    stamp: stamp(n * 2_000_000),
    text: `${n}\n`,
  }));
  const cursorAt = (n: number): LogCursor => {
    const reading = readingFrom(null);
    reading.take(Buffer.concat(log.slice(0, n).map(frame)));
    return reading.cursor!;
  };

  it('again from its cursor gives nothing new', () => {
    const reading = readingFrom(cursorAt(5));
    expect(reading.take(Buffer.concat(log.map(frame)))).toEqual([]);
    expect(reading).toMatchObject({ added: 0, skipped: 5, gap: null });
  });

  it('proves a gap when the line of the watermark was rotated away', () => {
    const reading = readingFrom(cursorAt(2));
    const lines = reading.take(Buffer.concat(log.slice(3).map(frame)));
    expect(lines.map(l => l.text)).toEqual(['4', '5']);
    expect(reading.gap).toEqual({ from: stamp(4_000_000), to: stamp(8_000_000) });
  });

  it('sees no gap while the line of the watermark is there', () => {
    const reading = readingFrom(cursorAt(2));
    expect(reading.take(Buffer.concat(log.slice(1).map(frame))).map(l => l.text)).toEqual(['3', '4', '5']);
    expect(reading.gap).toBeNull();
  });

  it('goes on after a clock that was set back', () => {
    const back: Message[] = [...log, { stream: 1, stamp: stamp(9_500_000), text: 'earlier\n' }];
    const reading = readingFrom(cursorAt(5));
    expect(reading.take(Buffer.concat(back.map(frame))).map(l => l.text)).toEqual(['earlier']);
  });

  it('keeps the cursor before a line that is held back, and behind it once released', () => {
    const reading = readingFrom(null);
    const start: Message = { stream: 1, stamp: stamp(3_000_000), text: 'java.lang.Error: x\n' };
    reading.take(Buffer.concat([log[0]!, start].map(frame)));
    expect(reading.isHolding).toBe(true);
    expect(reading.cursor).toMatchObject({ 1: { stamp: stamp(2_000_000) } });
    expect(reading.release().map(l => l.text)).toEqual(['java.lang.Error: x']);
    expect(reading.cursor).toEqual({
      1: { stamp: stamp(3_000_000), ordinal: 0 },
      watermark: { stamp: stamp(3_000_000), stream: 1 },
    });
  });
});
