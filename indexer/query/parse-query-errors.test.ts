import { describe, expect, it } from 'vitest';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { parseQuery } from './parse-query.ts';

const now = new Date('2026-11-22T10:41:07.500Z');

/** Query, position, sentence, hint. */
const WRONG: Record<string, [query: string, position: number, message: string, hint?: string][]> = {
  parentheses: [
    ['(a', 0, '`)` is missing: add it at the end, or remove `(` at 0.', 'Try `(a)`.'],
    ['(a or (b c)', 0, '`)` is missing: add it at the end, or remove `(` at 0.', 'Try `(a or (b c))`.'],
    ['a or (b', 5, '`)` is missing: add it at the end, or remove `(` at 5.', 'Try `a or (b)`.'],
    ['((a', 1, '`)` is missing: add it at the end, or remove `(` at 1.', 'Try `((a))`.'],
    ['a)', 1, '`)` at 1 has no `(` before it: remove it, or add `(` where its group begins.', 'Try `a`.'],
    ['level:(error', 6, '`)` is missing: add it at the end, or remove `(` at 6.', 'Try `level:(error)`.'],
    [
      'level:(error or warn))',
      21,
      '`)` at 21 has no `(` before it: remove it, or add `(` where its group begins.',
      'Try `level:(error or warn)`.',
    ],
    ['()', 0, '`()` is empty: write a query in it, or quotes around it to search for it.'],
    ['level:()', 6, '`()` is empty: write a query in it, or quotes around it to search for it.'],
    ['(', 1, 'The query ends after `(`: write a condition and `)`, or remove `(`.'],
    ['foo(', 4, 'The query ends after `(`: write a condition and `)`, or remove `(`.'],
    [
      'a and )',
      2,
      '`and` needs a condition after it: write one, or put it in quotes to search for it.',
      'Try `a`.',
    ],
  ],
  operators: [
    [
      'and a',
      0,
      '`and` stands between two conditions: write one before it, or put it in quotes to search for it.',
      'Try `a`.',
    ],
    [
      'or',
      0,
      '`or` stands between two conditions: write one before it, or put it in quotes to search for it.',
    ],
    [
      'a and',
      2,
      '`and` needs a condition after it: write one, or put it in quotes to search for it.',
      'Try `a`.',
    ],
    [
      'level:error OR',
      12,
      '`OR` needs a condition after it: write one, or put it in quotes to search for it.',
      'Try `level:error`.',
    ],
    ['a and or b', 6, '`or` cannot follow `and`: remove one of them.', 'Try `a and b`.'],
    ['a or or b', 5, '`or` cannot follow `or`: remove one of them.', 'Try `a or b`.'],
    ['not', 0, '`not` needs a condition after it: write one, or put it in quotes to search for it.'],
    [
      'a and not',
      6,
      '`not` needs a condition after it: write one, or put it in quotes to search for it.',
      'Try `a`.',
    ],
    [
      'not and a',
      0,
      '`not` needs a condition after it: write one, or put it in quotes to search for it.',
      'Try `a`.',
    ],
    [
      'status:(404 or)',
      12,
      '`or` needs a condition after it: write one, or put it in quotes to search for it.',
      'Try `status:(404)`.',
    ],
  ],
  'quotes and escapes': [
    [
      '"abc',
      0,
      'The quote at 0 has no end: add `"` after the phrase, or write `\\"` for the character itself.',
      'Try `"abc"`.',
    ],
    [
      'user:"abc',
      5,
      'The quote at 5 has no end: add `"` after the phrase, or write `\\"` for the character itself.',
      'Try `user:"abc"`.',
    ],
    [
      'a"b',
      1,
      'The quote at 1 has no end: add `"` after the phrase, or write `\\"` for the character itself.',
      'Try `a"b"`.',
    ],
    [
      '"abc\\',
      0,
      'The quote at 0 has no end: add `"` after the phrase, or write `\\"` for the character itself.',
    ],
    [
      'a\\',
      1,
      '`\\` at the end escapes nothing: remove it, or write `\\\\` for the character itself.',
      'Try `a`.',
    ],
    ['user:\\', 5, '`\\` at the end escapes nothing: remove it, or write `\\\\` for the character itself.'],
  ],
  'fields and values': [
    ['level:', 6, 'A value is missing after `level:`: write one, or `level:*` for any.'],
    ['level: and a', 6, 'A value is missing after `level:`: write one, or `level:*` for any.'],
    ['status:(>= )', 10, 'A value is missing after `>=`: write one, as in `status >= 500`.'],
    ['status >', 8, 'A value is missing after `>`: write one, as in `status > 500`.'],
    ['status >= and a', 9, 'A value is missing after `>=`: write one, as in `status >= 500`.'],
    [
      '> 5',
      0,
      'The field name before `>` is missing: write one, as in `status > 500`, or put the text in quotes.',
    ],
    [
      '<none>',
      0,
      'The field name before `<` is missing: write one, as in `status < 500`, or put the text in quotes.',
    ],
    [
      ':x',
      0,
      'The field name before `:` is missing: write one, as in `level:error`, or put the text in quotes.',
    ],
    [
      'a:b > 5',
      4,
      '`>` cannot stand here, because no field name is before it: put text that holds it in quotes.',
    ],
    [
      'a b:c :d',
      6,
      '`:` cannot stand here, because no field name is before it: put text that holds it in quotes.',
    ],
    ['"":c', 0, 'The name of a field is empty: write one, as in `level:error`.'],
    [
      'a\\*b:c',
      0,
      'A field name cannot hold a plain `*`: write it without `\\` and quotes, it matches a star too.',
    ],
    [
      '"a*b":c',
      0,
      'A field name cannot hold a plain `*`: write it without `\\` and quotes, it matches a star too.',
    ],
    ['_exists_ > 5', 11, '`_exists_` takes the name of a field: write `_exists_:user`.'],
  ],
  'operators of other languages': [
    [
      'level = error',
      6,
      '`=` is not an operator: write `level:error`, or put the text in quotes to search for it.',
      'Try `level:error`.',
    ],
    [
      'level == "error"',
      6,
      '`==` is not an operator: write `level:"error"`, or put the text in quotes to search for it.',
      'Try `level:"error"`.',
    ],
    [
      'a level!=error',
      7,
      '`!=` is not an operator: write `not level:error`, or put the text in quotes to search for it.',
      'Try `a not level:error`.',
    ],
    [
      'user =~ bob.*',
      5,
      '`=~` is not an operator: write `user:*bob*`, or put the text in quotes to search for it.',
      'Try `user:*bob*`.',
    ],
    [
      'user !~ bob',
      5,
      '`!~` is not an operator: write `not user:*bob*`, or put the text in quotes to search for it.',
      'Try `not user:*bob*`.',
    ],
    ['a ==> b', 2, '`==` is not an operator: write `a:value`, or put the text in quotes to search for it.'],
  ],
  'values that a field cannot have': [
    [
      'level:errror',
      6,
      '`errror` is not a level: use trace, debug, info, notice, warn, error, fatal, or none.',
      'Did you mean `error`?',
    ],
    [
      'level:wran',
      6,
      '`wran` is not a level: use trace, debug, info, notice, warn, error, fatal, or none.',
      'Did you mean `warn`?',
    ],
    [
      'level:error,warn',
      6,
      '`error,warn` is not a level: use trace, debug, info, notice, warn, error, fatal, or none.',
      'Write `level:(error or warn)`.',
    ],
    [
      'level >= high',
      9,
      '`high` is not a level: use trace, debug, info, notice, warn, error, fatal, or none.',
    ],
    ['level:foo', 6, '`foo` is not a level: use trace, debug, info, notice, warn, error, fatal, or none.'],
    ['stream:stdin', 7, '`stdin` is not a stream: use stdout, stderr, or none.'],
    ['status:5xx', 7, '`5xx` is not a number, and `status` holds numbers: write `status:5*`.'],
    ['status:abc', 7, '`abc` is not a number, and `status` holds numbers: write `status >= 500`.'],
    ['status > 5ms', 9, '`5ms` is not a number, and `status` holds numbers: write `status >= 500`.'],
    [
      'http.response.body.bytes > 5s',
      27,
      '`5s` is not a number, and `http.response.body.bytes` holds numbers (a unit such as kB or MiB may follow): write `http.response.body.bytes >= 500`.',
    ],
    ['time:yesterday', 5, '`yesterday` is not a time.', 'Write `now-1d/d`.'],
    ['time > 15m', 7, '`15m` is not a time.', 'Write `now-15m`.'],
    ['time:2026-*', 5, 'A time takes no `*`: write `time:2026-11-22` for a whole day, or compare it.'],
    [
      '@timestamp:[now-1h TO tomorrow]',
      22,
      '`tomorrow` is not a time.',
      'Write `now-15m`, `2026-11-22`, `2026-11-22T10:41:07Z`, or milliseconds since 1970.',
    ],
    ['message > a', 10, '`message` is text and has no order: look for words in it, as in `message:timeout`.'],
    ['user > b*', 7, 'A value with `*` cannot be compared: write `user:b*`, or a plain value.'],
  ],
  ranges: [
    ['n:[1 TO 5', 2, 'The range has no end: add `]`.', 'Try `n:[1 TO 5]`.'],
    ['n:{1 TO 5', 2, 'The range has no end: add `}`.', 'Try `n:{1 TO 5}`.'],
    [
      'n:[1 5]',
      2,
      'A range is written `[400 TO 499]`, with `*` for an open side; put a value that begins so in quotes.',
    ],
    [
      'n:[1 TO]',
      2,
      'A range is written `[400 TO 499]`, with `*` for an open side; put a value that begins so in quotes.',
    ],
    [
      'n:[]',
      2,
      'A range is written `[400 TO 499]`, with `*` for an open side; put a value that begins so in quotes.',
    ],
    [
      'n:[1..5]',
      2,
      'A range is written `[400 TO 499]`, with `*` for an open side; put a value that begins so in quotes.',
    ],
    [
      'items:{ name:"a" and stock > 3 }',
      6,
      '`{` does not open a nested query: name each field in full, as in `items.name:a and items.stock > 3`.',
    ],
  ],
};

function errorOf(query: string): QuaylogError {
  try {
    parseQuery(query, { now });
  } catch (error) {
    if (error instanceof QuaylogError) return error;
    throw error;
  }
  throw new Error(`${query} is a query`);
}

describe.each(Object.entries(WRONG))('wrong %s', (_, cases) => {
  it.each(cases)('%s', (query, ...[position, message, hint]) => {
    const error = errorOf(query);
    expect(error.message).toBe(message);
    expect({ code: error.code, position: error.position, hint: error.hint }).toEqual({
      code: 'bad_query',
      position,
      hint,
    });
  });
});

describe('limits', () => {
  it('says how long a query may be', () => {
    const { position, message } = errorOf('x'.repeat(5_000));
    expect([position, message]).toEqual([4_096, 'The query has 5000 characters: shorten it to 4096.']);
  });

  it('says how deep a query may be', () => {
    const sentence = 'The query is nested deeper than 50: remove parentheses or `not`.';
    for (const [query, position] of [
      [`${'('.repeat(51)}a${')'.repeat(51)}`, 50],
      [`${'not '.repeat(51)}a`, 200],
      [`user:${'('.repeat(51)}a${')'.repeat(51)}`, 55],
      ['-('.repeat(2_000), 50],
    ] as const) {
      expect([errorOf(query).position, errorOf(query).message]).toEqual([position, sentence]);
    }
  });

  it('cuts long text in a sentence and offers no long correction', () => {
    const { message } = errorOf(`status:${'x'.repeat(500)}`);
    expect(message.length).toBeLessThan(150);
    expect(errorOf(`(${'x'.repeat(500)}`).hint).toBeUndefined();
  });
});
