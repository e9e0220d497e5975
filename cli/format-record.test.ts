import { describe, expect, test } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { formatRecord, type FormatOptions } from './format-record.ts';

const PLAIN: FormatOptions = { colour: false, raw: false, nameWidth: 6, timeZone: 'UTC' };

function record(change: Partial<LogRecord> = {}): LogRecord {
  return {
    '@timestamp': '2026-11-22T10:41:07.123456789Z',
    message: 'started',
    log: { level: 'info', iostream: 'stdout' },
    container: { id: 'c1', name: 'web-1', image: { name: 'web' }, labels: {} },
    host: { id: 'h1', name: 'quay' },
    event: { id: 'r1', dataset: 'docker.logs' },
    ...change,
  };
}

const structured = (app: NonNullable<LogRecord['app']>): LogRecord =>
  record({ app, event: { id: 'r1', dataset: 'docker.logs', original: '{"msg":"started"}' } });

describe('formatRecord', () => {
  test('is time, level letter, container, message', () =>
    expect(formatRecord(record(), PLAIN)).toBe('10:41:07.123 I web-1  │ started'));

  test('shows the time of the asked zone', () =>
    expect(formatRecord(record(), { ...PLAIN, timeZone: 'Asia/Kolkata' })).toMatch(/^16:11:07\.123 /));

  test('marks a record without a level', () =>
    expect(formatRecord(record({ log: { iostream: 'stdout' } }), PLAIN)).toMatch(/^\S+ · /));

  test('puts the lines of a stack trace below each other', () =>
    expect(formatRecord(record({ message: 'Boom\n  at a\n  at b\n' }), PLAIN).split('\n')).toEqual([
      '10:41:07.123 I web-1  │ Boom',
      '                      │   at a',
      '                      │   at b',
    ]));

  test('adds a stack trace of its own field once', () => {
    const error = { stack_trace: 'E\n at x' };
    expect(formatRecord(record({ error }), PLAIN).split('\n')).toHaveLength(3);
    expect(formatRecord(record({ error, message: 'said E\n at x' }), PLAIN).split('\n')).toHaveLength(2);
  });

  test('shows the plain fields of the application after the message', () =>
    expect(formatRecord(structured({ ms: 12, ok: true, deep: { a: 1 } }), PLAIN)).toMatch(
      /started ms=12 ok=true$/,
    ));

  test('does not repeat fields that were read out of the text it shows', () =>
    expect(formatRecord(record({ app: { ms: 12 } }), PLAIN)).toMatch(/started$/));

  test('says that a line was cut', () =>
    expect(
      formatRecord(record({ log: { iostream: 'stdout', truncated: true, original_bytes: 9 } }), PLAIN),
    ).toContain('cut: the line has 9 bytes'));

  test('lets no escape through from message, name or field', () => {
    const evil = '\x1b]0;x\x07';
    const text = formatRecord(
      {
        ...structured({ [`k${evil}`]: evil }),
        message: `m${evil}`,
        container: { id: 'c', name: `n${evil}`, image: { name: 'i' }, labels: {} },
      },
      PLAIN,
    );
    expect(text).not.toContain('\x1b');
  });

  test('hands the text on as it is when asked to', () =>
    expect(formatRecord(record({ message: '\x1b[2Jx' }), { ...PLAIN, raw: true })).toContain('\x1b[2Jx'));

  test("keeps the text's own colours on a terminal, and nothing else of its escapes", () => {
    const event = {
      id: 'r1',
      dataset: 'docker.logs' as const,
      original: '\x1b[31mred\x1b[0m\x1b]0;title\x07',
    };
    const coloured = record({ message: 'red', event, app: { a: 1 } });
    expect(formatRecord(coloured, { ...PLAIN, colour: true })).toMatch(
      /│\x1b\[0m \x1b\[31mred\x1b\[0m\x1b\[0m$/,
    );
    expect(formatRecord(coloured, PLAIN)).toMatch(/│ red$/);
    expect(formatRecord(coloured, { ...PLAIN, raw: true })).toContain('\x1b]0;title\x07');
  });

  test('gives a container the same colour each time, and colours only when asked', () => {
    const colour = /\x1b\[38;5;\d+m/;
    const first = colour.exec(formatRecord(record(), { ...PLAIN, colour: true }))?.[0];
    expect(first).toBeDefined();
    expect(formatRecord(record({ message: 'other' }), { ...PLAIN, colour: true })).toContain(first);
    expect(formatRecord(record(), PLAIN)).not.toContain('\x1b');
  });
});
