/** The tokens of query/tokens.ts as terms of an index: the same text to the index and to a question. Pure. */
import { createHash } from 'node:crypto';
import { tokenize } from '../../../query/tokens.ts';
import type { JsonBytes } from './json-bytes.ts';

/** Longer tokens (UTF-16 units) are indexed by their beginning and a hash; Lucene's whitespace tokenizer would break at 255. */
export const MAX_TOKEN = 128;

/** The terms of a text, joined by spaces; '' when it has no token. */
export function wordsOf(text: string): { words: string; hasCut: boolean } {
  const words = tokenize(text).join(' ');
  if (!hasLongToken(words)) return { words, hasCut: false };
  return { words: words.split(' ').map(termOfToken).join(' '), hasCut: true };
}

/** What an ASCII character is within a token; a space for what is no part of one. */
const FOLDED = Uint8Array.from({ length: 128 }, (_, code) => {
  const folded = String.fromCharCode(code).toLowerCase();
  return (/[a-z0-9]/.test(folded) ? folded : ' ').charCodeAt(0);
});

/** Writes the terms of a text; answers whether one of them is cut, or null, with nothing written, when there is none. */
export function writeWords(out: JsonBytes, text: string): boolean | null {
  const start = out.at;
  const longest = out.words(text, FOLDED);
  if (longest > 0 && longest <= MAX_TOKEN) return false;
  out.at = start;
  if (longest === 0) return null;
  const { words, hasCut } = wordsOf(text);
  if (words === '') return null;
  out.string(words);
  return hasCut;
}

function hasLongToken(words: string): boolean {
  for (let at = 0; at + MAX_TOKEN < words.length;) {
    const space = words.lastIndexOf(' ', at + MAX_TOKEN);
    if (space < at) return true;
    at = space + 1;
  }
  return false;
}

/** A folded token as it stands in the index. What is no letter or number comes from no token: `_` marks a cut one. */
export function termOfToken(token: string): string {
  if (token.length <= MAX_TOKEN) return token;
  const hash = createHash('sha256').update(token).digest('base64url').slice(0, 22);
  return `${beginningOf(token)}_${hash}`;
}

/** At most MAX_TOKEN units of a token, never half of a pair of surrogates. */
export function beginningOf(token: string): string {
  return token.slice(0, MAX_TOKEN).replace(/[\ud800-\udbff]$/, '');
}

/** The terms that a text must hold in a row; empty when it has no token. */
export const termsOf = (text: string): string[] => tokenize(text).map(termOfToken);
