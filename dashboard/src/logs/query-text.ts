/**
 * What the page does with the text of a query without understanding it: colour it, take its top-level conjuncts apart,
 * and add or remove one. Meaning and errors are the indexer's alone. Works on any text, finished or not.
 */

export type QueryTokenKind = 'space' | 'field' | 'operator' | 'keyword' | 'string' | 'paren' | 'word';
export type QueryToken = { kind: QueryTokenKind; text: string };

const TOKEN = /\s+|"(?:\\.|[^"\\])*"?|[()]|<=|>=|[<>:]|(?:\\.|[^\s"()<>:\\])+|\\/gsu;
const KEYWORD = /^(?:and|or|not)$/i;

/** The tokens of a text; together they are the text again. */
export function queryTokens(text: string): QueryToken[] {
  const parts = text.match(TOKEN) ?? [];
  return parts.map((part, index) => ({ kind: kindOf(part, parts.slice(index + 1)), text: part }));
}

function kindOf(part: string, rest: readonly string[]): QueryTokenKind {
  if (/^\s/.test(part)) return 'space';
  if (part.startsWith('"')) return 'string';
  if (part === '(' || part === ')') return 'paren';
  if (/^[<>:]/.test(part)) return 'operator';
  const next = rest.find(other => other.trim() !== '');
  if (next !== undefined && /^[<>:]/.test(next)) return 'field';
  return KEYWORD.test(part) ? 'keyword' : 'word';
}

/** The parts joined by `and` outside parentheses; the whole as one part where `or` joins them, or nothing does. */
export function conjuncts(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const token of queryTokens(text)) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    const joins = depth === 0 && token.kind === 'keyword' ? token.text.toLowerCase() : '';
    if (joins === 'or') return [text.trim()];
    if (joins === 'and') parts.push('');
    else parts.push((parts.pop() ?? '') + token.text);
  }
  return parts.map(part => part.trim()).filter(part => part !== '');
}

const PLAIN_VALUE = /^[\p{L}\p{N}_./@-]+$/u;

/** A value as the query language writes it: quoted unless it is one plain word. */
export function printValue(value: string): string {
  if (PLAIN_VALUE.test(value) && !KEYWORD.test(value)) return value;
  return `"${value.replace(/[\\"]/g, sign => `\\${sign}`)}"`;
}

const printField = (field: string): string => field.replace(/[\s\\():<>"*{}]/gu, sign => `\\${sign}`);

export type Clause = { field: string; value: string; isExcluded?: boolean };

/** `field:value`, or `not field:value`. */
const printClause = ({ field, value, isExcluded = false }: Clause): string =>
  `${isExcluded ? 'not ' : ''}${printField(field)}:${printValue(value)}`;

/** The query with one more conjunct. A conjunct that is there already is taken out: a second click undoes the first. */
export function toggleClause(text: string, clause: Clause): string {
  const wanted = printClause(clause);
  const opposite = printClause({ ...clause, isExcluded: clause.isExcluded !== true });
  const parts = conjuncts(text);
  if (parts.includes(wanted)) return joinConjuncts(parts.filter(part => part !== wanted));
  return joinConjuncts([...parts.filter(part => part !== opposite), wanted]);
}

/** Whether the query asks for this value, excludes it, or says nothing of it at its top level. */
export function clauseState(
  text: string,
  { field, value }: Pick<Clause, 'field' | 'value'>,
): 'included' | 'excluded' | undefined {
  const parts = conjuncts(text);
  if (parts.includes(printClause({ field, value }))) return 'included';
  return parts.includes(printClause({ field, value, isExcluded: true })) ? 'excluded' : undefined;
}

/** `host:name` and nothing around it, at the top level. */
const HOST_CLAUSE = /^host(?:\.name)?:(?:"((?:\\.|[^"\\])*)"|([^\s"()*]+))$/su;

/** The host the query is narrowed to, where it names one. */
export function chosenHost(text: string): string | null {
  for (const part of conjuncts(text)) {
    const [, quoted, plain] = HOST_CLAUSE.exec(part) ?? [];
    const name = plain ?? quoted?.replace(/\\(.)/gsu, '$1');
    if (name !== undefined) return name;
  }
  return null;
}

/** The query narrowed to this host instead of any other; to none when it was this one. */
export function chooseHost(text: string, name: string): string {
  const rest = joinConjuncts(conjuncts(text).filter(part => !HOST_CLAUSE.test(part)));
  return chosenHost(text) === name ? rest : toggleClause(rest, { field: 'host', value: name });
}

export function removeConjunct(text: string, unwanted: string): string {
  return joinConjuncts(conjuncts(text).filter(part => part !== unwanted));
}

function joinConjuncts(parts: readonly string[]): string {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return parts.map(part => (holdsOr(part) ? `(${part})` : part)).join(' and ');
}

function holdsOr(part: string): boolean {
  let depth = 0;
  return queryTokens(part).some(token => {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    return depth === 0 && token.kind === 'keyword' && token.text.toLowerCase() === 'or';
  });
}
