import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { LINE_PARTIAL, LINE_TRUNCATED } from '#contract/constants.ts';
import { createLineJoiner, type Line } from './lines.ts';

vi.setConfig({ testTimeout: 60_000 });

const FRAGMENT = 16_384;
const stamp = (n: number) => `2026-11-22T10:00:00.${String(n).padStart(9, '0')}Z`;

function frame(type: number, payload: Buffer | string): Buffer {
  const body = Buffer.from(payload);
  const header = Buffer.from([type, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

type Written = { stream: 1 | 2; stamp: string; text: string };

/** Messages as the engine makes them of one written line: fragments of 16 KiB that all bear the first one's stamp. */
function messages(line: Written, end = '\n'): Buffer[] {
  const bytes = Buffer.from(line.text + end);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += FRAGMENT)
    parts.push(Buffer.concat([Buffer.from(`${line.stamp} `), bytes.subarray(at, at + FRAGMENT)]));
  return parts;
}

function join(bytes: Buffer, cuts: number[], options = { tty: false, maxLineBytes: 1 << 20 }): Line[] {
  const joiner = createLineJoiner(options);
  const edges = [...new Set(cuts.map(cut => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const reused = Buffer.alloc(bytes.length);
  const lines: Line[] = [];
  let from = 0;
  for (const to of [...edges, bytes.length]) {
    lines.push(...joiner.push(reused.subarray(0, bytes.copy(reused, 0, from, to))));
    reused.fill(0x2a);
    from = to;
  }
  return [...lines, ...joiner.end()];
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }).map(s => s.replaceAll('\n', ' ')),
  fc
    .nat(3)
    .chain(n => fc.constantFrom(-2, -1, 0, 1, 2).map(d => 'é'.repeat(Math.max(0, (n * FRAGMENT) / 2 + d)))),
);
const cuts = fc.array(fc.nat(200_000), { maxLength: 40 });

describe('lines', () => {
  it('are the same however the bytes are cut, with the fragments of two streams interleaved', () => {
    const written = fc.array(fc.record({ stream: fc.constantFrom(1 as const, 2 as const), text }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        written,
        cuts,
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        (lines, at, picks) => {
          const stamped = lines.map((line, i) => ({ ...line, stamp: stamp(i * 1_000) }));
          const queue = (s: 1 | 2) =>
            stamped.filter(l => l.stream === s).flatMap(l => messages(l).map(m => frame(s, m)));
          const queues = [queue(1), queue(2)];
          const bytes: Buffer[] = [];
          for (let i = 0; queues.some(q => q.length > 0); i++) {
            const chosen = queues[picks[i % 60] ? 0 : 1]!;
            const next = (chosen.length > 0 ? chosen : queues.find(q => q.length > 0)!).shift();
            bytes.push(next!);
          }
          const joined = join(Buffer.concat(bytes), at);
          for (const s of [1, 2])
            expect(joined.filter(l => l.stream === s)).toEqual(
              stamped
                .filter(l => l.stream === s)
                .map(l => ({ ...l, ordinal: 0, bytes: Buffer.byteLength(l.text), flags: 0 })),
            );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of a terminal are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), cuts, (texts, at) => {
        const stamped = texts.map((t, i) => ({ stream: 1 as const, text: t, stamp: stamp(i) }));
        const bytes = Buffer.concat(stamped.flatMap(line => messages(line, '\r\n')));
        expect(join(bytes, at, { tty: true, maxLineBytes: 1 << 20 })).toEqual(
          stamped.map(l => ({ ...l, ordinal: 0, bytes: Buffer.byteLength(l.text), flags: 0 })),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('keep the text as it is: NUL, escapes, carriage returns, no trimming', () => {
    const odd = '  \0\x1b[31mred\x1b[0m\t<b>\r';
    expect(join(frame(1, `${stamp(1)} ${odd}\n`), [])).toMatchObject([{ text: odd }]);
  });

  it('are numbered within a run of equal stamps', () => {
    const bytes = [
      [1, `${stamp(1)} a\n`],
      [1, `${stamp(1)} b\n`],
      [2, `${stamp(1)} c\n`],
      [1, `${stamp(2)} d\n`],
      [1, `${stamp(1)} e\n`],
    ] as const;
    const lines = join(Buffer.concat(bytes.map(([type, payload]) => frame(type, payload))), []);
    expect(lines.map(l => [l.text, l.stream, l.ordinal])).toEqual([
      ['a', 1, 0],
      ['b', 1, 1],
      ['c', 2, 0],
      ['d', 1, 0],
      ['e', 1, 0],
    ]);
  });

  it('that the engine re-sends at a rotation are dropped and counted', () => {
    const joiner = createLineJoiner({ tty: false, maxLineBytes: 100 });
    const twice = Buffer.concat([frame(1, `${stamp(1)} a\n`), frame(1, `${stamp(1)} a\n`)]);
    expect(joiner.push(twice)).toHaveLength(1);
    expect(joiner.resent).toBe(1);
  });

  it('longer than the limit keep their head, whole characters, and say how long they were', () => {
    const long: Written = { stream: 1, stamp: stamp(1), text: 'é'.repeat(20_000) };
    const bytes = Buffer.concat(messages(long).map(m => frame(1, m)));
    expect(join(bytes, [], { tty: false, maxLineBytes: 17_001 })).toEqual([
      {
        stream: 1,
        stamp: stamp(1),
        ordinal: 0,
        text: 'é'.repeat(8_500),
        bytes: 40_000,
        flags: LINE_TRUNCATED,
      },
    ]);
  });

  it('that were never ended are kept when the container is dead, and marked', () => {
    expect(join(frame(1, `${stamp(1)} last words`), [])).toMatchObject([
      { text: 'last words', flags: LINE_PARTIAL },
    ]);
  });

  it('of a new run are not glued to the unfinished line of the run before', () => {
    const framed = Buffer.concat([frame(1, `${stamp(1)} half`), frame(1, `${stamp(2)} next\n`)]);
    const raw = Buffer.from(`${stamp(1)} half${stamp(2)} next\r\n${stamp(3)} saw ${stamp(2)} here\r\n`);
    expect(join(framed, [])).toMatchObject([
      { text: 'half', flags: LINE_PARTIAL },
      { text: 'next', flags: 0 },
    ]);
    expect(join(raw, [], { tty: true, maxLineBytes: 100 })).toMatchObject([
      { text: 'half', flags: LINE_PARTIAL },
      { text: 'next', flags: 0 },
      { text: `saw ${stamp(2)} here`, flags: 0 },
    ]);
  });

  it('name the stamp a later read must start at while one is open', () => {
    const joiner = createLineJoiner({ tty: false, maxLineBytes: 100 });
    joiner.push(Buffer.concat([frame(2, `${stamp(1)} part`), frame(1, `${stamp(2)} whole\n`)]));
    expect(joiner.openSince).toEqual({ stamp: stamp(1), stream: 2 });
  });

  it('end where the engine reports an error of its own, which is never a line', () => {
    const joiner = createLineJoiner({ tty: false, maxLineBytes: 100 });
    const bytes = [
      frame(1, `${stamp(1)} a\n`),
      frame(3, 'Error grabbing logs: gone\n'),
      frame(1, `${stamp(2)} b\n`),
    ];
    expect(joiner.push(Buffer.concat(bytes)).map(l => l.text)).toEqual(['a']);
    expect(joiner.broken).toBe('Error grabbing logs: gone');
    expect(joiner.push(frame(1, `${stamp(3)} c\n`))).toEqual([]);
  });

  it('never throw on garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, tty) => {
        expect(() => join(Buffer.from(bytes), [3, 50], { tty, maxLineBytes: 50 })).not.toThrow();
      }),
    );
  });
});

const fixture = (name: string) =>
  readFileSync(new URL(`../../test/fixtures/engine/${name}`, import.meta.url));

describe('streams captured from an engine', () => {
  it('of a terminal: lines above 16 KiB have a stamp in their middle', () => {
    const lines = join(fixture('tty.bin'), [100, 17_000], { tty: true, maxLineBytes: 1 << 20 });
    expect(lines.map(l => [l.text.slice(0, 4), l.text.length, l.flags])).toEqual([
      ['one', 3, 0],
      ['CCCC', 16_384, 0],
      ['DDDD', 16_383, 0],
      ['DDDD', 16_382, 0],
      ['EEEE', 32_768, 0],
      ['two', 3, 0],
      ['nonl', 4, LINE_PARTIAL],
    ]);
  });

  it('with partials on both streams, and stderr overtaking stdout', () => {
    const lines = join(fixture('partial-16k.bin'), [100, 17_000]);
    expect(lines.map(l => [l.stream, l.text.slice(0, 2), l.text.length, l.flags])).toEqual([
      [2, 'er', 3, 0],
      [1, 'ou', 3, 0],
      [2, 'FF', 20_000, 0],
      [1, 'EE', 40_000, 0],
      [1, 'no', 4, LINE_PARTIAL],
    ]);
  });

  it('of two busy streams: every numbered line of each, in order', () => {
    const lines = join(fixture('two-streams.bin'), [4_000]);
    for (const stream of [1, 2])
      expect(lines.filter(l => l.stream === stream).map(l => l.text)).toEqual(
        Array.from({ length: 500 }, (_, i) => `${stream === 1 ? 'out' : 'err'} ${i + 1}`),
      );
  });
});
