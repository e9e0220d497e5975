import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseHost,
  chosenHost,
  clauseState,
  conjuncts,
  printValue,
  queryTokens,
  removeConjunct,
  toggleClause,
} from './query-text.ts';

describe('query tokens', () => {
  it('name fields, operators, keywords and values', () => {
    const kinds = queryTokens('level:error AND (status >= 500 or "and") not x')
      .filter(({ kind }) => kind !== 'space')
      .map(({ kind, text }) => `${kind} ${text}`);
    expect(kinds).toEqual([
      'field level',
      'operator :',
      'word error',
      'keyword AND',
      'paren (',
      'field status',
      'operator >=',
      'word 500',
      'keyword or',
      'string "and"',
      'paren )',
      'keyword not',
      'word x',
    ]);
  });

  it('are together the text, whatever it is', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('"', '\\', '(', ')', ':', 'a', ' ', '<', '\n') }),
    );
    fc.assert(
      fc.property(text, query => {
        expect(
          queryTokens(query)
            .map(token => token.text)
            .join(''),
        ).toBe(query);
      }),
    );
  });
});

describe('conjuncts', () => {
  it.each([
    ['', []],
    ['  ', []],
    ['error', ['error']],
    ['level:error and container:web', ['level:error', 'container:web']],
    ['a AND not b:"x and y"', ['a', 'not b:"x and y"']],
    ['(a and b) and c', ['(a and b)', 'c']],
    ['a and b or c', ['a and b or c']],
    ['level:error and', ['level:error']],
    ['x:(a or b) and y', ['x:(a or b)', 'y']],
    ['a \\and b', ['a \\and b']],
  ])('of %j are %j', (text, parts) => expect(conjuncts(text)).toEqual(parts));
});

describe('toggleClause', () => {
  it.each([
    ['adds to nothing', '', 'level', 'error', false, 'level:error'],
    ['adds with and', 'timeout', 'level', 'error', false, 'timeout and level:error'],
    ['excludes', 'timeout', 'path', '/health', true, 'timeout and not path:/health'],
    ['takes out what is there', 'timeout and level:error', 'level', 'error', false, 'timeout'],
    ['turns an exclusion into an inclusion', 'not level:error', 'level', 'error', false, 'level:error'],
    ['wraps an or', 'a or b', 'level', 'error', false, '(a or b) and level:error'],
    ['quotes what is no plain word', '', 'image', 'shop/web:1.2', false, 'image:"shop/web:1.2"'],
    ['quotes keywords', '', 'project', 'and', false, 'project:"and"'],
    ['escapes quotes', '', 'app.x', 'say "hi"\\', false, 'app.x:"say \\"hi\\"\\\\"'],
    ['quotes the empty value', '', 'host', '', false, 'host:""'],
    ['escapes signs in a field', '', 'app.a b', 'x', false, 'app.a\\ b:x'],
  ] as [string, string, string, string, boolean, string][])('%s', (...row) => {
    const [, text, field, value, isExcluded, expected] = row;
    expect(toggleClause(text, { field, value, isExcluded })).toBe(expected);
  });

  it('undoes itself', () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (value, isExcluded) => {
        const clause = { field: 'app.user', value, isExcluded };
        const once = toggleClause('level:error', clause);
        expect(clauseState(once, clause)).toBe(isExcluded ? 'excluded' : 'included');
        expect(toggleClause(once, clause)).toBe('level:error');
      }),
    );
  });

  it('removes a conjunct by its text', () => {
    expect(removeConjunct('a and b and (c or d)', 'b')).toBe('a and (c or d)');
    expect(printValue('web-1')).toBe('web-1');
  });
});

describe('the host of a query', () => {
  it.each([
    ['', null],
    ['level:error', null],
    ['host:quay-1 and level:error', 'quay-1'],
    ['host.name:"the big one"', 'the big one'],
    ['host:quay*', null],
    ['not host:quay-1', null],
    ['host:a or host:b', null],
  ])('%j is %j', (query, host) => expect(chosenHost(query)).toBe(host));

  it.each([
    ['', 'quay-1', 'host:quay-1'],
    ['level:error', 'the big one', 'level:error and host:"the big one"'],
    ['host:quay-1 and level:error', 'quay-2', 'level:error and host:quay-2'],
    ['level:error and host:"quay-1"', 'quay-1', 'level:error'],
    ['a or b', 'quay-1', '(a or b) and host:quay-1'],
  ])('%j narrowed to %s is %j', (query, name, narrowed) => expect(chooseHost(query, name)).toBe(narrowed));
});
