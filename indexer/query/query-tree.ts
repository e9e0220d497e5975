/**
 * The query tree: what `parseQuery` makes of text, and the one form that the matcher, the embedded store and
 * Elasticsearch each run. docs/query.md tells its meaning to people, `match-record.ts` to programs.
 *
 * A tree from `parseQuery` is canonical, so a store need not normalise anything:
 * - `log.level` and `log.iostream` are compared with their own spelling (`warn`, `stderr`);
 * - `@timestamp` appears only in `exists` and in `range`, there with stamps of 30 characters;
 * - units are already numbers (`250ms` is `250`), and a range over a field of numbers has a number;
 * - text fields have no `range`; a wildcard holds something besides stars (else it is `exists`).
 */

/**
 * A literal value. In `pattern` a `*` stands for any run of characters and `\` makes the next character plain:
 * `splitPattern` reads it. A word and a phrase mean the same: they only remember how they were written.
 */
export type Value =
  { kind: 'word'; text: string } | { kind: 'phrase'; text: string } | { kind: 'wildcard'; pattern: string };

export type RangeOperator = '<' | '<=' | '>' | '>=';

/** `field` is a canonical name (aliases resolved); every `*` in it is a wildcard. Bare words are the field `message`. */
export type QueryNode =
  | { type: 'all' }
  | { type: 'and'; nodes: QueryNode[] }
  | { type: 'or'; nodes: QueryNode[] }
  | { type: 'not'; node: QueryNode }
  | { type: 'is'; field: string; value: Value }
  | { type: 'exists'; field: string }
  | { type: 'range'; field: string; operator: RangeOperator; value: string };
