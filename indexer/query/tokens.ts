/**
 * The one definition of a token, for the matcher and for every store: a maximal run of Unicode letters and numbers,
 * without regard to case. `10.0.0.1` is four tokens, `a_b` is two, `--` is none. Folding comes before splitting, so that
 * the tokens of joined tokens are the same tokens (`İ` folds to `i` and a combining dot, which is no letter).
 */
const TOKEN = /[\p{L}\p{N}]+/gu;

/** The tokens of a text in order, folded. */
export function tokenize(text: string): string[] {
  return fold(text).match(TOKEN) ?? [];
}

/** Lower case; the final sigma, which `toLowerCase` chooses by its neighbours, is an ordinary one. */
export function fold(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

/** Whether consecutive tokens of a folded text are these (at least one): the same as comparing `tokenize`, without making it. */
export function hasTokens(folded: string, tokens: readonly string[]): boolean {
  const [first = ''] = tokens;
  for (let at = folded.indexOf(first); at !== -1; at = folded.indexOf(first, at + 1)) {
    if (!isTokenBefore(folded, at) && tokensStandAt(folded, at, tokens)) return true;
  }
  return false;
}

function tokensStandAt(folded: string, start: number, tokens: readonly string[]): boolean {
  let at = start;
  for (const token of tokens) {
    while (at < folded.length && !isTokenAt(folded, at)) at++;
    if (!folded.startsWith(token, at)) return false;
    at += token.length;
    if (isTokenAt(folded, at)) return false;
  }
  return true;
}

const TOKEN_CHAR = /^[\p{L}\p{N}]/u;
const ASCII_TOKEN_CHARS = Array.from({ length: 128 }, (_, code) =>
  TOKEN_CHAR.test(String.fromCharCode(code)),
);

function isTokenAt(text: string, at: number): boolean {
  const code = text.codePointAt(at) ?? 0;
  return ASCII_TOKEN_CHARS[code] ?? TOKEN_CHAR.test(String.fromCodePoint(code));
}

function isTokenBefore(text: string, at: number): boolean {
  if (at === 0) return false;
  const endsPair = at > 1 && (text.codePointAt(at - 2) ?? 0) > 0xffff;
  return isTokenAt(text, endsPair ? at - 2 : at - 1);
}
