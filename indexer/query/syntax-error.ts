/** What to say when the grammar finds something else than it needs: each sentence names what is wrong and the way out. */
import type { Token } from './lex-query.ts';
import { QueryProblem } from './query-error.ts';

/** At `tokens[at]` a word or a quoted phrase was due. */
export function missingOperand(text: string, tokens: readonly Token[], at: number): QueryProblem {
  const [owner, before, found] = [tokens[at - 2], tokens[at - 1], tokens[at]];
  if (!before || !found) return missingClause(text, found);
  const raw = rawOf(text, before);
  switch (before.kind) {
    case ':': {
      const field = owner ? rawOf(text, owner) : 'level';
      const message = `A value is missing after \`${field}:\`: write one, or \`${field}:*\` for any.`;
      return new QueryProblem(before.end, message);
    }
    case 'compare': {
      const message = `A value is missing after \`${raw}\`: write one, as in \`status ${raw} 500\`.`;
      return new QueryProblem(before.end, message);
    }
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

/** The group that `open` begins is not closed. */
export function missingClose(text: string, open: Token): QueryProblem {
  const message = `\`)\` is missing: add it at the end, or remove \`(\` at ${open.start}.`;
  return new QueryProblem(open.start, message, { corrected: `${text.trimEnd()})` });
}

/** A token that the query cannot go on with. */
export function unexpected(text: string, found: Token): QueryProblem {
  const position = found.start;
  if (found.kind === ')') {
    const message = `\`)\` at ${position} has no \`(\` before it: remove it, or add \`(\` where its group begins.`;
    return new QueryProblem(position, message, { corrected: without(text, found) });
  }
  const message = `\`${rawOf(text, found)}\` cannot stand here, because no field name is before it: put text that holds it in quotes.`;
  return new QueryProblem(position, message);
}

const EQUALS = /^([@\p{L}_][\p{L}\p{N}_.@-]*)(\s*)(=~|==?|!=|!~)\s*([^\s()<>]*)/u;

/** `level = error` and `level!=error`, habits from other languages; undefined where the text from offset `word` on is not that. */
export function equalsSign(text: string, word: number): QueryProblem | undefined {
  const [whole, name = '', gap, sign = '', value = ''] = EQUALS.exec(text.slice(word)) ?? [];
  // `status=504` is what many log lines say, and is searched for as it stands.
  if (whole === undefined || gap === undefined || (gap === '' && /^==?$/.test(sign))) return undefined;
  const wanted = sign.endsWith('~') ? `*${value}*`.replace(/(?:\.?\*)+/g, '*') : value;
  const clause = `${sign.startsWith('!') ? 'not ' : ''}${name}:${value === '' ? 'value' : wanted}`;
  const position = word + name.length + gap.length;
  const message = `\`${sign}\` is not an operator: write \`${clause.slice(0, 80)}\`, or put the text in quotes to search for it.`;
  const corrected = text.slice(0, word) + clause + text.slice(word + whole.length);
  return new QueryProblem(position, message, value === '' ? {} : { corrected });
}

/** The inside of `[…]` or `{…}` is not a range. */
export function badBounds(text: string, open: Token): QueryProblem {
  const position = open.start;
  const inside = text.slice(open.end);
  if (open.kind === '{' && !/\bto\b/i.test(inside)) {
    const message =
      '`{` does not open a nested query: name each field in full, as in `items.name:a and items.stock > 3`.';
    return new QueryProblem(position, message);
  }
  if (/^\s*\S+\s+to\s+[^\s\]}]+\s*$/i.test(inside)) {
    const close = open.kind === '[' ? ']' : '}';
    return new QueryProblem(position, `The range has no end: add \`${close}\`.`, {
      corrected: text.trimEnd() + close,
    });
  }
  const message =
    'A range is written `[400 TO 499]`, with `*` for an open side; put a value that begins so in quotes.';
  return new QueryProblem(position, message);
}

/** Where a clause was due. */
function missingClause(text: string, found: Token | undefined): QueryProblem {
  const position = found?.start ?? text.length;
  const raw = found ? rawOf(text, found) : '';
  switch (found?.kind) {
    case 'and':
    case 'or': {
      const message = `\`${raw}\` stands between two conditions: write one before it, or put it in quotes to search for it.`;
      return new QueryProblem(position, message, { corrected: without(text, found) });
    }
    case ':':
    case 'compare': {
      const example = found.kind === ':' ? 'level:error' : `status ${raw} 500`;
      const message = `The field name before \`${raw}\` is missing: write one, as in \`${example}\`, or put the text in quotes.`;
      return new QueryProblem(position, message);
    }
    case ')':
      return unexpected(text, found);
    default:
      return new QueryProblem(
        position,
        'The query ends after `(`: write a condition and `)`, or remove `(`.',
      );
  }
}

function dangling(text: string, operator: Token): QueryProblem {
  const raw = rawOf(text, operator);
  const message = `\`${raw}\` needs a condition after it: write one, or put it in quotes to search for it.`;
  return new QueryProblem(operator.start, message, { corrected: without(text, operator) });
}

function doubled(text: string, first: Token, second: Token): QueryProblem {
  const message = `\`${rawOf(text, second)}\` cannot follow \`${rawOf(text, first)}\`: remove one of them.`;
  return new QueryProblem(second.start, message, { corrected: without(text, second) });
}

const rawOf = (text: string, token: Token): string => text.slice(token.start, token.end).slice(0, 40);

function without(text: string, token: Token): string {
  const before = text.slice(0, token.start).trimEnd();
  const after = text.slice(token.end).trimStart();
  return before === '' || after.startsWith(')') ? before + after : `${before} ${after}`;
}
