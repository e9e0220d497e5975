import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { createMatcher } from '#indexer/query/match-record.ts';
import { parseQuery } from '#indexer/query/parse-query.ts';
import { printQuery } from '#indexer/query/print-query.ts';
import type { QueryNode, Value } from '#indexer/query/query-tree.ts';
import { tokenize } from '#indexer/query/tokens.ts';
import { anyText, aLogRecord, aMessage, aQueryTree } from '../support/arbitraries.ts';

const now = new Date('2026-11-22T10:41:07.500Z');
const runs = (numRuns: number) => ({ numRuns });

/** Text made of the pieces of the language, so that it is often nearly a query. */
const nearlyQuery = fc
  .array(
    fc.constantFrom(
      ...[
        'level',
        'status',
        '@timestamp',
        'message',
        'image',
        '_exists_',
        'id',
        'stream',
        'foo',
        'a*b',
        '*',
        '5xx',
        '500',
      ],
      ...[
        ':',
        ':',
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        '"',
        '\\',
        '<',
        '>=',
        '=',
        '!=',
        '-',
        '+',
        '!',
        ' ',
        ' ',
        ' TO ',
        '//',
        '::',
      ],
      ...[
        ' and ',
        ' OR ',
        ' not ',
        '&&',
        '||',
        'now-1h',
        '2026-11-22',
        '250ms',
        'error',
        '\u0000',
        '\ud800',
        '😀',
        '\n',
      ],
    ),
    { maxLength: 14 },
  )
  .map(pieces => pieces.join(''));

describe('parseQuery', () => {
  it('answers a tree or bad_query with a position in the text and a sentence, whatever the text', () => {
    const text = fc.oneof(nearlyQuery, anyText(), fc.string());
    fc.assert(
      fc.property(text, query => {
        const error = errorOf(query);
        if (error === undefined) return true;
        const { position = -1 } = error;
        return (
          error.code === 'bad_query' && position >= 0 && position <= query.length && /\.$/.test(error.message)
        );
      }),
      runs(800),
    );
  });

  it('gives the tree that was printed', () => {
    fc.assert(
      fc.property(aQueryTree(), tree => {
        expect(parseQuery(printQuery(tree), { now })).toEqual(tree);
      }),
      runs(500),
    );
  });

  it('gives a canonical tree: printing and parsing it changes nothing', () => {
    fc.assert(
      fc.property(nearlyQuery, query => {
        let tree: QueryNode;
        try {
          tree = parseQuery(query, { now });
        } catch {
          return;
        }
        expect(parseQuery(printQuery(tree), { now })).toEqual(tree);
      }),
      runs(800),
    );
  });

  it('leads out of every error: following its corrections ends', () => {
    fc.assert(
      fc.property(nearlyQuery, query => {
        let corrected: string | undefined = query;
        let steps = 0;
        while (corrected !== undefined && ++steps < 100) {
          corrected = /^Try `(.*)`\.$/s.exec(errorOf(corrected)?.hint ?? '')?.[1];
        }
        expect(steps).toBeLessThan(100);
      }),
      runs(800),
    );
  });
});

function errorOf(query: string): QuaylogError | undefined {
  try {
    parseQuery(query, { now });
    return undefined;
  } catch (error) {
    if (error instanceof QuaylogError) return error;
    throw error;
  }
}

describe('createMatcher', () => {
  const same = (
    a: (tree: QueryNode, other: QueryNode) => QueryNode,
    b: (tree: QueryNode, other: QueryNode) => QueryNode,
  ) =>
    fc.assert(
      fc.property(
        aQueryTree(2),
        aQueryTree(2),
        fc.array(aLogRecord(), { minLength: 1, maxLength: 4 }),
        (tree, other, records) => {
          const [left, right] = [createMatcher(a(tree, other)), createMatcher(b(tree, other))];
          expect(records.map(left)).toEqual(records.map(right));
        },
      ),
      runs(100),
    );
  const not = (node: QueryNode): QueryNode => ({ type: 'not', node });
  const and = (...nodes: QueryNode[]): QueryNode => ({ type: 'and', nodes });
  const or = (...nodes: QueryNode[]): QueryNode => ({ type: 'or', nodes });

  it('knows that not not x is x', () =>
    same(
      x => not(not(x)),
      x => x,
    ));
  it('knows de Morgan', () => {
    same(
      (x, y) => not(and(x, y)),
      (x, y) => or(not(x), not(y)),
    );
    same(
      (x, y) => not(or(x, y)),
      (x, y) => and(not(x), not(y)),
    );
  });
  it('cares for no order', () => {
    same(
      (x, y) => and(x, y),
      (x, y) => and(y, x),
    );
    same(
      (x, y) => or(x, y),
      (x, y) => or(y, x),
    );
  });
  it('joins and over or', () =>
    same(
      (x, y) => and(x, or(x, y)),
      x => x,
    ));

  it('parts every range in two: below and not below, for fields with one value', () => {
    const field = fc.constantFrom('log.level', '@timestamp', 'http.response.status_code', 'container.name');
    const value = fc.constantFrom('warn', '2026-11-22T10:41:05.000000000Z', '404', 'web-1');
    fc.assert(
      fc.property(field, value, aLogRecord(), (field, value, record) => {
        const range = (operator: '<' | '>=' | '>' | '<=') =>
          Number(createMatcher({ type: 'range', field, operator, value })(record));
        expect(range('<') + range('>=')).toBe(range('<=') + range('>'));
      }),
      runs(500),
    );
  });

  const withMessage = (message: string) => ({ message }) as LogRecord;

  it('finds a phrase in text exactly where its tokens stand in a row', () => {
    fc.assert(
      fc.property(aMessage(), aMessage(), (message, text) => {
        const [tokens, wanted] = [tokenize(message), tokenize(text)];
        const expected = tokens.some((_, at) => wanted.every((token, i) => tokens[at + i] === token));
        const matches = createMatcher({ type: 'is', field: 'message', value: { kind: 'phrase', text } });
        if (wanted.length > 0) expect(matches(withMessage(message))).toBe(expected);
      }),
      runs(500),
    );
  });

  it('finds consecutive tokens of a message, and the beginning of their last one with a star', () => {
    fc.assert(
      fc.property(aMessage(), fc.tuple(fc.nat(20), fc.nat(3), fc.nat(5)), (message, [from, more, cut]) => {
        const asked = tokenize(message)
          .slice(from, from + 1 + more)
          .join(' ');
        if (asked === '') return;
        const values: Value[] = [
          { kind: 'word', text: asked },
          {
            kind: 'wildcard',
            pattern: `${Array.from(asked)
              .slice(0, cut - 5 || undefined)
              .join('')}*`,
          },
        ];
        for (const value of values) {
          expect(createMatcher({ type: 'is', field: 'message', value })(withMessage(message))).toBe(true);
        }
      }),
      runs(500),
    );
  });
});

describe('tokenize', () => {
  it('splits joined tokens into the same tokens', () => {
    fc.assert(
      fc.property(anyText(), text => {
        const tokens = tokenize(text);
        expect(tokenize(tokens.join(' '))).toEqual(tokens);
      }),
      runs(500),
    );
  });
});
