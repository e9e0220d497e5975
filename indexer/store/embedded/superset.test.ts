import { describe, expect, test } from 'vitest';
import type { QueryNode, Value } from '../../query/query-tree.ts';
import { supersetOf } from './superset.ts';

const is = (field: string, value: Value): QueryNode => ({ type: 'is', field, value });
const word = (text: string): QueryNode => is('message', { kind: 'word', text });
const like = (pattern: string, field = 'message'): QueryNode => is(field, { kind: 'wildcard', pattern });
const not = (node: QueryNode): QueryNode => ({ type: 'not', node });
const and = (...nodes: QueryNode[]): QueryNode => ({ type: 'and', nodes });
const or = (...nodes: QueryNode[]): QueryNode => ({ type: 'or', nodes });

describe('words', () => {
  const exactly = (match: string | null): [string | null, boolean] => [match, true];
  const atMost = (match: string | null): [string | null, boolean] => [match, false];
  const cases: [string, QueryNode, [string | null, boolean]][] = [
    ['a word', word('Timeout'), exactly('"timeout"')],
    ['an address', word('10.0.0.1'), exactly('"10 0 0 1"')],
    ['the beginning of a word', like('conn*'), exactly('"conn" *')],
    ['words and the beginning of one', like('/api/conn*'), exactly('"api conn" *')],
    ['the end of a word', like('*nection'), atMost(null)],
    ['a word with a hole', like('conn*ion'), atMost('("conn" *)')],
    ['what has no token', word('--'), atMost(null)],
    ['both', and(word('a'), word('b')), exactly('("a" AND "b")')],
    ['one without the other', and(word('a'), not(word('b'))), exactly('("a" NOT "b")')],
    ['neither', and(not(word('a')), not(word('b'))), exactly('not ("a" OR "b")')],
    ['either', or(word('a'), word('b')), exactly('("a" OR "b")')],
    ['one or not the other', or(word('a'), not(word('b'))), exactly('not ("b" NOT "a")')],
    ['not both', not(and(word('a'), word('b'))), exactly('not ("a" AND "b")')],
    ['not a hole: anything', not(like('a*b')), atMost(null)],
    ['a word and something else', and(word('a'), like('*b*', 'app.x')), atMost('"a"')],
    ['a word or something else', or(word('a'), like('*b*', 'app.x')), atMost(null)],
  ];
  test.each(cases)('%s', (_, tree, [match, isExact]) => {
    const { words, isExact: exact } = supersetOf(tree);
    expect(words && `${words.isNegated ? 'not ' : ''}${words.match}`).toBe(match);
    expect(exact).toBe(isExact);
  });

  test('nothing of a query ends up in the expression but letters and digits', () => {
    const { words } = supersetOf(word('a" OR fts MATCH "x*) NEAR(y'));
    expect(words?.match).toBe('"a or fts match x near y"');
  });

  test('a tree too deep for the index is put to the matcher', () => {
    let tree = word('a');
    for (let depth = 0; depth < 60; depth++)
      tree = depth % 2 === 0 ? or(tree, word('b')) : and(tree, word('c'));
    expect(supersetOf(tree).isExact).toBe(false);
  });
});

describe('texts', () => {
  test.each([
    ['part of a word', like('*50!_off*'), ['%off%']],
    ['stars and escapes of LIKE are plain', word('%_!'), ['%!%!_!!%']],
    ['a keyword', is('app.user', { kind: 'word', text: 'bob' }), ['bob']],
    ['a number in its other spelling', is('app.n', { kind: 'word', text: '042.0' }), ['042.0', '42']],
    ['existence', { type: 'exists', field: 'app.user.name' } as const, ['name']],
  ])('%s', (_, tree, parameters) => {
    expect(supersetOf(tree).text?.parameters).toEqual(parameters);
  });

  test.each([
    ['what JSON would escape', is('app.user', { kind: 'word', text: 'a"b' })],
    ['what columns hold', is('container.name', { kind: 'word', text: 'web' })],
    ['names with a star', is('app.*', { kind: 'word', text: 'web' })],
    ['letters beyond ASCII', like('*ß*')],
  ])('nothing for %s', (_, tree) => {
    expect(supersetOf(tree)).toMatchObject({ text: null, isExact: false });
  });
});
