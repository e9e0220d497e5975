/** What FTS5's `ascii` tokenizer is fed, so that it finds exactly the tokens of query/tokens.ts. */
import { tokenize } from '../../query/tokens.ts';

/** That tokenizer takes runs of ASCII letters and digits, and of everything beyond ASCII, and folds A–Z. */
const ASCII_WITHOUT_NUL = /^[\x01-\x7f]*$/;

/** Plain ASCII as it stands, since both agree on it; else the tokens, joined by spaces. */
export function tokenText(message: string): string {
  return ASCII_WITHOUT_NUL.test(message) ? message : tokenize(message).join(' ');
}
