/**
 * The query tree: what `parseQuery` makes of text, and the one form that the matcher, the embedded store and
 * Elasticsearch each run. docs/query.md tells its meaning to people.
 */

/** A literal value. `wildcard`: unquoted `*` stand for any run of characters; `\*` is kept as a plain star elsewhere. */
export type Value =
  { kind: 'word'; text: string } | { kind: 'phrase'; text: string } | { kind: 'wildcard'; pattern: string };

export type RangeOperator = '<' | '<=' | '>' | '>=';

export type QueryNode =
  | { type: 'all' }
  | { type: 'and'; nodes: QueryNode[] }
  | { type: 'or'; nodes: QueryNode[] }
  | { type: 'not'; node: QueryNode }
  /** Canonical field name (aliases resolved; `*` allowed in names). Bare words are the field `message`. */
  | { type: 'is'; field: string; value: Value }
  | { type: 'exists'; field: string }
  | { type: 'range'; field: string; operator: RangeOperator; value: string };
