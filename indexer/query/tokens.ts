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
