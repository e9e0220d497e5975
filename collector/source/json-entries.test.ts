import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Line } from '../engine/lines.ts';
import { createEntryJoiner } from './json-entries.ts';
import type { LogGap } from './log-source.ts';

type Entry = { log: string; stream: 'stdout' | 'stderr'; time: string };

const entry = (log: string, time = 'T10:00:00.5Z', stream: Entry['stream'] = 'stdout') =>
  `${JSON.stringify({ log, stream, time: `2026-11-22${time}` })}\n`;

/** The lines of these texts of files, each pushed as one chunk, and the gaps that were told. */
function decode(chunks: readonly string[], options: { tty?: boolean; maxLineBytes?: number } = {}) {
  const gaps: (LogGap & { reason: string })[] = [];
  const joiner = createEntryJoiner({
    tty: false,
    maxLineBytes: 1 << 20,
    onGap: (gap, reason) => gaps.push({ ...gap, reason }),
    ...options,
  });
  const lines: Line[] = chunks.flatMap(chunk => joiner.push(Buffer.from(chunk)));
  return { lines: [...lines, ...joiner.end()], gaps };
}

const texts = (lines: Line[]) => lines.map(({ text }) => text);

describe('the entries of a log file', () => {
  it('have stamps of full length, streams, and sizes in bytes', () => {
    const { lines } = decode([entry('a\n', 'T10:00:00Z') + entry('é\n', 'T10:00:00.12Z', 'stderr')]);
    expect(lines).toEqual([
      { stamp: '2026-11-22T10:00:00.000000000Z', ordinal: 0, stream: 1, text: 'a', bytes: 1, flags: 0 },
      { stamp: '2026-11-22T10:00:00.120000000Z', ordinal: 0, stream: 2, text: 'é', bytes: 2, flags: 0 },
    ]);
  });

  it('of one line are joined by stream and stamp; one without an end is told so', () => {
    const { lines } = decode([
      entry('a', 'T10:00:00.1Z') +
        entry('err\n', 'T10:00:00.2Z', 'stderr') +
        entry('b\n', 'T10:00:00.1Z') +
        entry('open', 'T10:00:00.3Z') +
        entry('next\n', 'T10:00:00.4Z'),
    ]);
    expect(lines.map(({ text, flags }) => [text, flags])).toEqual([
      ['err', 0],
      ['ab', 0],
      ['open', 1],
      ['next', 0],
    ]);
  });

  it('of a terminal lose the carriage return', () => {
    expect(texts(decode([entry('a\r\n') + entry('b\r\r\n')], { tty: true }).lines)).toEqual(['a', 'b\r']);
  });

  it('may have attributes', () => {
    const line =
      '{"log":"a\\n","stream":"stdout","attrs":{"tag":"\\"time\\":"},"time":"2026-11-22T10:00:00.5Z"}\n';
    expect(texts(decode([line]).lines)).toEqual(['a']);
  });

  it.each([
    ['zeros', '\0'.repeat(300)],
    ['a torn entry', '{"log":"half of a li'],
    ['a torn entry with another behind it', `{"log":"half${entry('b\n').trimEnd()}`],
    ['an entry of another stream', '{"log":"a\\n","stream":"stdwhat","time":"2026-11-22T10:00:00.5Z"}'],
    [
      'an entry whose time is none',
      '{"log":"a\\n","stream":"stdout","time":"2026-11-22T25h00:00.123456789Z"}',
    ],
    ['null', 'null'],
  ])('that are damaged are skipped, and told: %s', (_, damaged) => {
    const good = [entry('before\n', 'T10:00:01.5Z'), entry('after\n', 'T10:00:02.5Z')];
    const { lines, gaps } = decode([`${good[0]}${damaged}\n${good[1]}`]);
    expect(texts(lines)).toEqual(['before', 'after']);
    const from = '2026-11-22T10:00:01.500000000Z';
    expect(gaps).toEqual([{ from, to: '2026-11-22T10:00:02.500000000Z', lines: 1, reason: 'engine-error' }]);
  });

  it('are cut at the limit, and their size is told', () => {
    const { lines } = decode([entry(`${'x'.repeat(50)}\n`)], { maxLineBytes: 20 });
    expect(lines).toMatchObject([{ text: 'x'.repeat(20), bytes: 50, flags: 2 }]);
  });

  it('give what JSON.parse gives, however they are cut into chunks', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.string({
        unit: fc.constantFrom('"', '\\', 'n', '\\n', 'é', '🚢', '{', '}', ',', ':', '\u0000', 'log'),
      }),
    );
    const entries = fc.array(
      fc.record({
        log: text.map(one => `${one.replaceAll('\n', '')}\n`),
        stream: fc.constantFrom('stdout' as const, 'stderr' as const),
        ns: fc.nat(999_999_999),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(entries, fc.array(fc.nat(20), { maxLength: 3 }), (given, cuts) => {
        const rows = given.map(({ ns, log, stream }, i) => {
          const second = String(i).padStart(2, '0');
          const time = `T10:00:${second}.${String(ns).padStart(9, '0')}`.replace(/\.?0+$/, '');
          return entry(log, `${time.length < 9 ? `T10:00:${second}` : time}Z`, stream);
        });
        const bounds = [0, ...[...cuts].sort((a, b) => a - b), rows.length];
        const chunks = bounds.slice(1).map((end, i) => rows.slice(bounds[i], end).join(''));
        const { lines, gaps } = decode(chunks);
        expect(texts(lines)).toEqual(given.map(({ log }) => log.slice(0, -1)));
        expect(lines.map(({ stream }) => stream)).toEqual(
          given.map(({ stream }) => (stream === 'stdout' ? 1 : 2)),
        );
        expect(lines.map(({ bytes }) => bytes)).toEqual(given.map(({ log }) => Buffer.byteLength(log) - 1));
        expect(gaps).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
