import { describe, expect, it } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { recordFields } from './record-fields.ts';
import { rowText } from './row-text.ts';
import { aRecord } from './test-records.ts';

const said = (record: Partial<LogRecord>) => {
  const { message, ...rest } = rowText(aRecord(record));
  return { message: message.map(({ text }) => text).join(''), ...rest };
};
const withOriginal = (original: string): LogRecord['event'] => ({
  id: 'x',
  dataset: 'docker.logs',
  original,
});
const json = withOriginal('{}');
const JAVA =
  'java.lang.IllegalStateException: stock\n\tat Stock.take(Stock.java:88)\n\tat Shop.buy(Shop.java:12)';

describe('text of a row', () => {
  it('is the message first, then the fields of the application', () => {
    expect(
      said({
        message: 'GET /x',
        event: json,
        app: { dur: 12, user: { id: 'u1' }, tags: ['a'], hostname: 'h' },
      }),
    ).toMatchObject({
      message: 'GET /x',
      fields: 'dur=12 user.id=u1 tags=["a"]',
    });
  });

  it('repeats no fields that a plain line says itself', () => {
    const http = { response: { status_code: 200 } };
    expect(said({ message: '"GET / HTTP/1.1" 200', http, app: { size: 1 } }).fields).toBe('');
    expect(said({ message: 'done', http, event: json }).fields).toBe('status=200');
  });

  it('folds a stack trace to its first frame and their number', () => {
    expect(said({ message: JAVA })).toMatchObject({
      message: 'java.lang.IllegalStateException: stock',
      frame: 'at Stock.take(Stock.java:88)',
      folded: '2 frames',
    });
    expect(said({ message: 'boom', error: { stack_trace: JAVA } })).toMatchObject({
      message: 'boom',
      folded: '2 frames',
    });
  });

  it('counts the other lines where there are no frames', () => {
    expect(said({ message: 'a\nb\nc\n' })).toMatchObject({ message: 'a', folded: '2 more lines' });
    expect(said({ message: 'a', error: { stack_trace: 'a' } }).folded).toBe('');
  });

  it('cuts a huge line and a heap of fields', () => {
    expect(said({ message: 'x'.repeat(20_480) })).toMatchObject({
      message: 'x'.repeat(2_048),
      cut: '18 KiB more',
    });
    const app = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`field${i}`, i]));
    expect(said({ app, event: json }).fields).toMatch(/^.{300,420} …$/);
  });

  it('takes colours from the original where nothing else was changed', () => {
    expect(rowText(aRecord({ message: 'red', event: withOriginal('\x1b[31mred\x1b[0m') })).message).toEqual([
      { text: 'red', classes: ['red'] },
    ]);
    expect(said({ message: 'hi', event: withOriginal('{"msg":"\x1b[31mhi"}') }).message).toBe('hi');
  });
});

describe('fields of a record', () => {
  it('have the names people ask by, and labels keep their dots', () => {
    const record = aRecord({ log: { level: 'error', iostream: 'stderr' }, app: { a: { b: 1 } } });
    record.container.labels = { 'com.example.tier': 'web' };
    const fields = Object.fromEntries(recordFields(record).map(({ name, value }) => [name, value]));
    expect(fields).toMatchObject({
      level: 'error',
      stream: 'stderr',
      container: 'web-1',
      'container.labels.com.example.tier': 'web',
      'app.a.b': 1,
    });
    expect(fields).not.toHaveProperty('message');
  });

  it('are bounded', () => {
    const app = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`f${i}`, i]));
    expect(recordFields(aRecord({ app })).length).toBeLessThanOrEqual(500);
  });
});
