/** Wildcard patterns: `*` is any run of characters, `\` makes the next character plain. */
import type { Value } from './query-tree.ts';

/** The plain pieces between the stars: `a*b\*` gives `['a', 'b*']`, `*` gives `['', '']`. */
export function splitPattern(pattern: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (char === '*') {
      pieces.push(piece);
      piece = '';
    } else {
      piece += char === '\\' ? pattern.charAt(++at) : char;
    }
  }
  pieces.push(piece);
  return pieces;
}

/** The value with these plain pieces between stars: without a star a word, else a wildcard with the fewest escapes. */
export function toValue(pieces: readonly string[]): Value {
  const [text = ''] = pieces;
  if (pieces.length < 2) return { kind: 'word', text };
  return { kind: 'wildcard', pattern: pieces.map(piece => piece.replace(/[*\\]/g, '\\$&')).join('*') };
}

/** Whether a whole text is these pieces with anything between them. Taking each piece as early as possible is enough. */
export function createGlob(pieces: readonly string[]): (text: string) => boolean {
  const first = pieces[0] ?? '';
  if (pieces.length < 2) return text => text === first;
  const last = pieces.at(-1) ?? '';
  const middle = pieces.slice(1, -1).filter(piece => piece !== '');
  return text => {
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const piece of middle) {
      const found = text.indexOf(piece, at);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return at <= end;
  };
}
