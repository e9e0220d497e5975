/**
 * Query text into tokens. What a character means depends on where it stands: `:` parts a field from its value, but within
 * a value (`c:a-b.c:9000`), an address (`10.0.0.1:80`, `http://x`) or a path (`std::vec`) it is an ordinary character.
 */
import { toValue } from './glob.ts';
import { QueryProblem } from './query-error.ts';
import type { RangeOperator, Value } from './query-tree.ts';

export type Mark = 'and' | 'or' | 'not' | 'sign' | '(' | ')' | ':' | '[' | '{' | ']' | '}' | 'end';
export type Token = { start: number; end: number } & (
  { kind: 'value'; value: Value } | { kind: 'compare'; operator: RangeOperator } | { kind: Mark }
);

/**
 * `clause`: a condition may begin. `operand`: directly after `field:` or an operator. `list`: among the values of
 * `field:(…)`. `bounds`: within `field:[…]`.
 */
type Place = 'clause' | 'operand' | 'list' | 'bounds';

const SPACE = /\s/;
const KEYWORDS: ReadonlyMap<string, Mark> = new Map([
  ['and', 'and'],
  ['&&', 'and'],
  ['or', 'or'],
  ['||', 'or'],
  ['not', 'not'],
]);
/** Brackets are marks in one place each, and text elsewhere: `[error] {"a":1}`. */
const BRACKETS: ReadonlyMap<string, { mark: Mark; place: Place }> = new Map([
  ['[', { mark: '[', place: 'operand' }],
  ['{', { mark: '{', place: 'operand' }],
  [']', { mark: ']', place: 'bounds' }],
  ['}', { mark: '}', place: 'bounds' }],
]);
const ESCAPED_KEYWORD = /^\\(?:and|or|not)$/i;
/** A sign belongs to what directly follows it; in `--flag`, `->` and `- x` it is text. */
const SIGNED = /[-+!][^-+!=<>:)\s]/y;

/** The tokens of a query, the last one of kind `end`. Throws a `QueryProblem` for a quote or an escape without its end. */
export function lexQuery(text: string): Token[] {
  const tokens: Token[] = [];
  /** For each open parenthesis, whether it holds a list. */
  const lists: boolean[] = [];
  let place: Place = 'clause';
  let at = 0;
  for (;;) {
    while (SPACE.test(text.charAt(at))) at++;
    const token = readToken(text, at, place);
    tokens.push(token);
    if (token.kind === 'end') return tokens;
    if (token.kind === '(') lists.push(place !== 'clause');
    else if (token.kind === ')') lists.pop();
    place = placeAfter(token.kind, place, lists.at(-1) ?? false);
    at = token.end;
  }
}

function placeAfter(kind: Token['kind'], place: Place, inList: boolean): Place {
  if (kind === '[' || kind === '{') return 'bounds';
  if (place === 'bounds' && kind !== ']' && kind !== '}') return 'bounds';
  if (kind === ':' || kind === 'compare') return 'operand';
  return inList ? 'list' : 'clause';
}

function readToken(text: string, start: number, place: Place): Token {
  const mark = markAt(text, start, place);
  if (mark !== undefined) return { kind: mark, start, end: start + (mark === 'end' ? 0 : 1) };
  const char = text.charAt(start);
  if (char === '"') return readPhrase(text, start);
  if (char === '<' || char === '>') return readComparison(text, start);
  return readWord(text, start, place);
}

function markAt(text: string, at: number, place: Place): Mark | undefined {
  const char = text.charAt(at);
  if (char === '') return 'end';
  if (char === '(' || char === ')') return char;
  const bracket = BRACKETS.get(char);
  if (bracket) return bracket.place === place ? bracket.mark : undefined;
  if (place !== 'clause' && place !== 'list') return undefined;
  if (char === ':') return place === 'clause' && text.charAt(at + 1) !== ':' ? ':' : undefined;
  SIGNED.lastIndex = at;
  return SIGNED.test(text) ? 'sign' : undefined;
}

/** In quotes only `\"` and `\\` are escapes; any other backslash is itself. */
function readPhrase(text: string, start: number): Token {
  let phrase = '';
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') return { kind: 'value', value: { kind: 'phrase', text: phrase }, start, end: at + 1 };
    const isEscape = char === '\\' && /["\\]/.test(text.charAt(at + 1));
    phrase += isEscape ? text.charAt(++at) : char;
  }
  const message = `The quote at ${start} has no end: add \`"\` after the phrase, or write \`\\"\` for the character itself.`;
  throw new QueryProblem(start, message, text.endsWith('\\') ? {} : { corrected: `${text}"` });
}

function readComparison(text: string, start: number): Token {
  const sign = text.charAt(start) === '<' ? '<' : '>';
  const orEqual = text.charAt(start + 1) === '=';
  return { kind: 'compare', operator: orEqual ? `${sign}=` : sign, start, end: start + (orEqual ? 2 : 1) };
}

function readWord(text: string, start: number, place: Place): Token {
  /** What stands between the stars. */
  const pieces: string[] = [];
  let piece = '';
  let mayPart = place === 'clause';
  let at = start;
  for (; at < text.length; at++) {
    const char = text.charAt(at);
    if (endsWord(char, place)) break;
    if (char === ':' && mayPart) {
      if (partsField(text, start, at)) break;
      mayPart = false;
    }
    if (char === '*') {
      pieces.push(piece);
      piece = '';
    } else {
      piece += char === '\\' && !isAlphanumeric(text.charAt(at + 1)) ? escapedChar(text, ++at) : char;
    }
  }
  const raw = text.slice(start, at);
  if (ESCAPED_KEYWORD.test(raw)) return { kind: 'value', value: toValue([raw.slice(1)]), start, end: at };
  const keyword = mayBeKeyword(text, start, place) ? KEYWORDS.get(raw.toLowerCase()) : undefined;
  if (keyword) return { kind: keyword, start, end: at };
  return { kind: 'value', value: toValue([...pieces, piece]), start, end: at };
}

function endsWord(char: string, place: Place): boolean {
  return SPACE.test(char) || '()"<>'.includes(char) || (place === 'bounds' && (char === ']' || char === '}'));
}

/** Not in `std::vec`, `http://x`, `10:41:07` and `10.0.0.1:80`: nobody calls a field so, but everybody pastes these. */
function partsField(text: string, start: number, at: number): boolean {
  return (
    text.charAt(at + 1) !== ':' && !text.startsWith('//', at + 1) && !/^[\d.]+$/.test(text.slice(start, at))
  );
}

/** Directly after the colon it is a value: `state:OR`. */
function mayBeKeyword(text: string, start: number, place: Place): boolean {
  return place === 'operand' ? SPACE.test(text.charAt(start - 1)) : place !== 'bounds';
}

/** A backslash before a letter or digit is itself, as in `dir\file`; otherwise it makes the next character plain. */
function isAlphanumeric(char: string): boolean {
  return /^[\p{L}\p{N}]$/u.test(char);
}

function escapedChar(text: string, at: number): string {
  if (at < text.length) return text.charAt(at);
  const message = '`\\` at the end escapes nothing: remove it, or write `\\\\` for the character itself.';
  throw new QueryProblem(at - 1, message, { corrected: text.slice(0, -1) });
}
