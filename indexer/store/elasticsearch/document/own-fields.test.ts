import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { createStreamKey, recordId } from '../../../parse/record-id.ts';
import { DocumentWriter } from './document-writer.ts';
import { JsonBytes } from './json-bytes.ts';
import { orderOf, sortableNumber, type OwnFields } from './own-fields.ts';

const AT = '2026-11-22T10:41:07.123456789Z';

function ownOf(parts: Partial<LogRecord>, stamp = AT): OwnFields {
  const record: LogRecord = {
    '@timestamp': stamp,
    message: 'a line',
    log: { iostream: 'stdout' },
    container: { id: 'c', name: 'web', image: { name: 'nginx' }, labels: {} },
    host: { id: 'h', name: 'alpha' },
    event: { id: recordId(createStreamKey('h', 'c', 'stdout'), stamp, 0), dataset: 'docker.logs' },
    ...parts,
  };
  const writer = new DocumentWriter(new JsonBytes());
  writer.write(record);
  return writer.own();
}

describe('order', () => {
  test('is that of ids with the same stamp', () => {
    const anId = fc
      .tuple(fc.uint8Array({ minLength: 9, maxLength: 9 }), fc.oneof(fc.nat(3), fc.nat(0xff_ffff)))
      .map(([key, ordinal]) => recordId(Buffer.from(key), AT, ordinal));
    fc.assert(
      fc.property(anId, anId, (a, b) => {
        const [left, right] = [orderOf(a), orderOf(b)];
        const isLess =
          left.stream < right.stream || (left.stream === right.stream && left.ordinal < right.ordinal);
        expect(isLess).toBe(a < b);
      }),
      { numRuns: 2_000 },
    );
  });

  test('has one stream for the lines of a stream', () => {
    const key = createStreamKey('h', 'c', 'stdout');
    const orders = [0, 1, 0xf_ffff].map(ordinal => orderOf(recordId(key, AT, ordinal)));
    expect(new Set(orders.map(({ stream }) => stream)).size).toBe(1);
    expect(orders.map(({ ordinal }) => ordinal)).toEqual([0, 1, 0xf_ffff]);
  });
});

test('numbers as text stand in the order of numbers', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(number, number, (a, b) => {
      expect(sortableNumber(a) < sortableNumber(b)).toBe(a < b);
      expect(sortableNumber(a) === sortableNumber(b)).toBe(a + 0 === b + 0);
    }),
    { numRuns: 2_000 },
  );
});

describe('names', () => {
  const cases: [string, Partial<LogRecord>, readonly string[] | undefined][] = [
    ['none of ECS', { log: { iostream: 'stdout', level: 'warn' } }, undefined],
    ['objects and what is in them', { app: { a: { b: 1 } } }, ['app.a.b', 'app.a', 'app']],
    ['keys with dots as they are', { app: { 'a.b': 1 } }, ['app.a.b', 'app']],
    ['elements of lists as their list', { app: { a: [1, { b: 2 }] } }, ['app.a', 'app.a.b', 'app']],
    ['no null, no empty list or object', { app: { a: null, b: [], c: {}, d: [null] } }, undefined],
    ['an empty text', { app: { a: '' } }, ['app.a', 'app']],
    ['texts beside the message', { error: { message: '--' } }, ['error.message']],
  ];
  test.each(cases)('hold %s', (_, parts, expected) => {
    expect(ownOf(parts).names).toEqual(expected);
  });

  test('hold labels', () => {
    const container = { id: 'c', name: 'web', image: { name: 'nginx' }, labels: { 'a.b': 'x' } };
    expect(ownOf({ container }).names).toEqual(['container.labels.a.b', 'container.labels']);
  });
});

describe('numbers', () => {
  const of = (app: Record<string, unknown>): readonly string[] =>
    (ownOf({ app }).numbers ?? []).map(term => term.replace('\0', '='));

  test('are those of numbers, and of texts that are quantities, in the unit of their field', () => {
    expect(of({ ms: 990 })).toEqual([`app.ms=${sortableNumber(990)}`]);
    expect(of({ took: '1.5s', took_s: '1.5s' })).toEqual([
      `app.took=${sortableNumber(1_500)}`,
      `app.took_s=${sortableNumber(1.5)}`,
    ]);
    expect(of({ a: 'bob', b: '10.1.3', c: true, d: '' })).toEqual([]);
  });
});

describe('cut', () => {
  const long = 'v'.repeat(1_025);
  const cases: [string, Partial<LogRecord>, string[]][] = [
    ['a long value', { app: { a: long }, url: { original: long } }, ['app.a', 'url.original']],
    ['half a pair of surrogates', { app: { a: 'x\ud83d' } }, ['app.a']],
    ['a name that a flattened field refuses', { app: { 'a\0b': 1 } }, ['app']],
    [
      'a number that is no whole one',
      { log: { iostream: 'stdout', original_bytes: 2 ** 60 } },
      ['log.original_bytes'],
    ],
  ];
  test.each(cases)('tells %s', (_, parts, expected) => {
    const { cut = [] } = ownOf(parts);
    expect([...cut].sort()).toEqual(expected);
  });

  test('tells a stamp that ids clamp', () => {
    expect(ownOf({}, '1960-01-01T00:00:00.000000001Z').cut).toEqual(['@timestamp']);
    expect(ownOf({}).cut).toBeUndefined();
  });

  test('words that are cut are told apart: they matter to patterns only', () => {
    const own = ownOf({ message: 'x'.repeat(200) });
    expect(own).toMatchObject({ cut_words: ['message'] });
    expect(own.cut).toBeUndefined();
  });
});
