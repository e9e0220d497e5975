/** logfmt: `level=info msg="ledger \"7\" opened" took=12ms cached`. */
import type { Parsed } from './parsed.ts';
import { readFields } from './read-fields.ts';
import type { Fields } from './reading.ts';

const MAX_CHARS = 32_768;
/** Without one of these, a sentence with `a=b` in it would be taken for logfmt. */
const TELLTALE = /(?:^|\s)(?:level|lvl|msg|ts|time|severity)=/;
const TOKEN = /\s*([^\s="]{1,256})(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*)))?(?=\s|$)/y;
const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/;

/**
 * The record of a logfmt line: at least two pairs, one of them a level, message or time, and nothing that is neither pair
 * nor flag. Else null.
 */
export function parseLogfmtLine(text: string): Parsed | null {
  if (text.length > MAX_CHARS || !TELLTALE.test(text)) return null;
  const fields = parsePairs(text);
  return fields === null ? null : readFields(fields, text, 'logfmt');
}

function parsePairs(text: string): Fields | null {
  const fields: Fields = {};
  const end = text.trimEnd().length;
  let pairs = 0;
  let flags = 0;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const [, key, quoted, plain] = TOKEN.exec(text) ?? [];
    if (key === undefined) return null;
    if (quoted === undefined && plain === undefined) flags += 1;
    else pairs += 1;
    // Prose with pairs in it has more words than pairs.
    if (flags > pairs + 1) return null;
    if (key !== '__proto__') fields[key] = valueOf(quoted, plain);
  }
  return pairs >= 2 ? fields : null;
}

function valueOf(quoted: string | undefined, plain: string | undefined): unknown {
  if (quoted !== undefined) return quoted.includes('\\') ? unescaped(quoted) : quoted;
  if (plain === undefined) return true;
  if (plain === 'true' || plain === 'false') return plain === 'true';
  return NUMBER.test(plain) ? Number(plain) : plain;
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r' };

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, char: string) => ESCAPES[char] ?? char);
}
