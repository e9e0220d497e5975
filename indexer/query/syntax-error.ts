/** What to say when the grammar finds something else than it needs: each sentence names what is wrong and the way out. */
import type { QuaylogError } from '#contract/errors.ts';
import type { Token } from './lex-query.ts';
import { badQuery, tryThis } from './query-error.ts';

/** At `tokens[at]` a word or a quoted phrase was due. */
export function missingOperand(text: string, tokens: readonly Token[], at: number): QuaylogError {
  const [owner, before, found] = [tokens[at - 2], tokens[at - 1], tokens[at]];
  if (!before || !found) return missingClause(text, found);
  const raw = rawOf(text, before);
  switch (before.kind) {
    case ':': {
      const field = owner ? rawOf(text, owner) : 'level';
      return badQuery(
        before.end,
        `A value is missing after \`${field}:\`: write one, or \`${field}:*\` for any.`,
      );
    }
    case 'compare':
      return badQuery(
        before.end,
        `A value is missing after \`${raw}\`: write one, as in \`status ${raw} 500\`.`,
      );
    case 'and':
    case 'or':
      return found.kind === 'and' || found.kind === 'or'
        ? doubled(text, before, found)
        : dangling(text, before);
    case 'not':
    case 'sign':
      return dangling(text, before);
    default:
      return missingClause(text, found);
  }
}

/** A token that the query cannot go on with. */
export function unexpected(text: string, found: Token): QuaylogError {
  const raw = rawOf(text, found);
  if (found.kind === ')') {
    const message = `\`)\` at ${found.start} has no \`(\` before it: remove it, or add \`(\` where its group begins.`;
    return badQuery(found.start, message, tryThis(without(text, found)));
  }
  const message = `\`${raw}\` cannot stand here, because no field name is before it: put text that holds it in quotes.`;
  return badQuery(found.start, message);
}

const EQUALS = /^([@\p{L}_][\p{L}\p{N}_.@-]*)(\s*)(==?|=~|!=|!~)\s*([^\s()]*)/u;

/** `level = error` and `level!=error`, habits from other languages; undefined where the text from offset `word` on is not that. */
export function equalsSign(text: string, word: number): QuaylogError | undefined {
  const [whole, name = '', left, sign = '', value = ''] = EQUALS.exec(text.slice(word)) ?? [];
  // `status=504` is what many log lines say, and is searched for as it stands.
  if (whole === undefined || (left === '' && /^==?$/.test(sign))) return undefined;
  const wanted = sign.endsWith('~') ? `*${value}*` : value;
  const clause = `${sign.startsWith('!') ? 'not ' : ''}${name}:${wanted === '' ? 'value' : wanted}`;
  const start = word + name.length + (left?.length ?? 0);
  const corrected = text.slice(0, word) + clause + text.slice(word + whole.length);
  const message = `\`${sign}\` is not an operator: write \`${clause.slice(0, 80)}\`, or put the text in quotes to search for it.`;
  return badQuery(start, message, tryThis(corrected));
}

/** The inside of `[…]` or `{…}` is not a range. */
export function badBounds(text: string, open: Token): QuaylogError {
  const inside = text.slice(open.end);
  if (open.kind === '{' && !/\bto\b/i.test(inside)) {
    return badQuery(
      open.start,
      '`{` does not open a nested query: name each field in full, as in `items.name:a and items.stock > 3`.',
    );
  }
  if (/^\s*\S+\s+to\s+[^\s\]}]+\s*$/i.test(inside)) {
    const close = open.kind === '[' ? ']' : '}';
    return badQuery(open.start, `The range has no end: add \`${close}\`.`, tryThis(text.trimEnd() + close));
  }
  return badQuery(
    open.start,
    'A range is written `[400 TO 499]`, with `*` for an open side; put a value that begins so in quotes.',
  );
}

/** Where a clause was due. */
function missingClause(text: string, found: Token | undefined): QuaylogError {
  const start = found?.start ?? 0;
  const raw = found ? rawOf(text, found) : '';
  switch (found?.kind) {
    case 'and':
    case 'or': {
      const message = `\`${raw}\` stands between two conditions: write one before it, or put it in quotes to search for it.`;
      return badQuery(start, message, tryThis(without(text, found)));
    }
    case ':':
      return badQuery(
        start,
        'The field name before `:` is missing: write one, as in `level:error`, or put the text in quotes.',
      );
    case 'compare':
      return badQuery(
        start,
        `The field name before \`${raw}\` is missing: write one, as in \`status ${raw} 500\`, or put the text in quotes.`,
      );
    case ')':
      return unexpected(text, found);
    default:
      return badQuery(
        start,
        'The query ends after `(`: write a condition and `)`, or remove `(`.',
        tryThis(text.trimEnd().slice(0, -1)),
      );
  }
}

function dangling(text: string, operator: Token): QuaylogError {
  const raw = rawOf(text, operator);
  const message = `\`${raw}\` needs a condition after it: write one, or put it in quotes to search for it.`;
  return badQuery(operator.start, message, tryThis(without(text, operator)));
}

function doubled(text: string, first: Token, second: Token): QuaylogError {
  const message = `\`${rawOf(text, second)}\` cannot follow \`${rawOf(text, first)}\`: remove one of them.`;
  return badQuery(second.start, message, tryThis(without(text, second)));
}

const rawOf = (text: string, token: Token): string => text.slice(token.start, token.end).slice(0, 40);

function without(text: string, token: Token): string {
  return `${text.slice(0, token.start).trimEnd()} ${text.slice(token.end).trimStart()}`;
}
