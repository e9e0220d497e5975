/** Words, phrases and wildcards in text fields: by tokens, without regard to case. */
import { createGlob, splitPattern } from './glob.ts';
import type { Value } from './query-tree.ts';
import { fold, hasTokens, tokenize } from './tokens.ts';

export type TextTest = (text: string) => boolean;

export function createTextTest(value: Value): TextTest {
  if (value.kind === 'wildcard') return createTokenGlobTest(tokenGlobs(value.pattern));
  const tokens = tokenize(value.text);
  if (tokens.length > 0) return text => hasTokens(foldOnce(text), tokens);
  const part = fold(value.text);
  return text => foldOnce(text).includes(part);
}

/**
 * The globs that consecutive tokens must match, each as its plain pieces: a pattern is split where a text would be, only
 * that stars hold pieces together. `/api/conn*` gives `[['api'], ['conn', '']]`. Never empty.
 */
export function tokenGlobs(pattern: string): string[][] {
  // NUL separates tokens like a space does, so it is free to stand for the star while the pattern is split.
  const folded = splitPattern(pattern).map(piece => fold(piece).replaceAll('\0', ' '));
  const globs = folded.join('\0').match(/[\p{L}\p{N}\0]+/gu) ?? [];
  return globs.map(glob => glob.split('\0'));
}

function createTokenGlobTest(globs: readonly string[][]): TextTest {
  const tests = globs.map(createGlob);
  const longest = globs.flat().reduce((a, b) => (b.length > a.length ? b : a), '');
  return text => {
    if (!foldOnce(text).includes(longest)) return false;
    const tokens = tokenize(text);
    const lastStart = tokens.length - tests.length;
    for (let start = 0; start <= lastStart; start++) {
      if (tests.every((test, i) => test(tokens[start + i] ?? ''))) return true;
    }
    return false;
  };
}

/** One text is asked about by many queries in a row (every subscriber of the live tail): fold it once. */
const last = { text: '', folded: '' };

function foldOnce(text: string): string {
  if (text !== last.text) {
    last.folded = fold(text);
    last.text = text;
  }
  return last.folded;
}
