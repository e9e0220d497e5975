/** How a wrong query is told to people: where, what, and what to write instead. */
import { QuaylogError } from '#contract/quaylog-error.ts';

/** A correction longer than this would not be read; the sentence alone must do. */
const MAX_HINT = 200;
/** A query that is still wrong after so many corrections was not meant as one. */
const MAX_CORRECTIONS = 10;

/** What is wrong with a query. Thrown within the parser only: `parseQuery` makes `bad_query` of it. */
export class QueryProblem extends Error {
  /** Zero-based offset of what a person should look at. */
  readonly position: number;
  readonly hint: string | undefined;
  /** The query without this one problem. */
  readonly corrected: string | undefined;

  constructor(
    position: number,
    message: string,
    more: { hint?: string | undefined; corrected?: string } = {},
  ) {
    super(message);
    this.position = position;
    this.hint = more.hint;
    this.corrected = more.corrected;
  }
}

/** Its hint is the query with this and every further problem corrected, if `parse` then takes it. */
export function toBadQuery(cause: QueryProblem, parse: (text: string) => unknown): QuaylogError {
  const { position, message, hint = tryHint(cause.corrected, parse) } = cause;
  return new QuaylogError('bad_query', message, { cause, position, ...(hint !== undefined && { hint }) });
}

/** User's text in a sentence, cut when it is long. */
export function quoted(text: string): string {
  return `\`${text.length > 40 ? `${text.slice(0, 40)}…` : text}\``;
}

function tryHint(correction: string | undefined, parse: (text: string) => unknown): string | undefined {
  let corrected = correction;
  for (let step = 0; corrected !== undefined && step < MAX_CORRECTIONS; step++) {
    const query = corrected.trim();
    if (query === '' || query.length > MAX_HINT) return undefined;
    try {
      parse(query);
      return `Try \`${query}\`.`;
    } catch (error) {
      corrected = error instanceof QueryProblem ? error.corrected : undefined;
    }
  }
  return undefined;
}
