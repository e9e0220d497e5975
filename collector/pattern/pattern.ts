/**
 * Patterns that people write into labels, in the syntax of RE2 and run by its port re2js: in time proportional to the text, whatever
 * they say, so that no pattern and no line can stall the collector. V8's own expressions take 36 s for `^(a+)+$` on 28 characters.
 */
import { RE2JS, RE2JSSyntaxException } from 're2js';

export type Pattern = {
  /** As it was written. */
  readonly source: string;
  /** Whether it matches anywhere in the first million characters. */
  test(text: string): boolean;
  /** Every match that is not empty replaced; what lies beyond the first million characters is replaced whole. */
  replace(text: string, by: string): string;
};

/** The message is the end of a sentence about the pattern. */
export class PatternError extends Error {}

const MAX_PATTERN_CHARS = 1_000;
/** Instructions of the compiled pattern: time on each character grows with them. */
const MAX_PROGRAM_SIZE = 2_000;
const MAX_TEXT_CHARS = 1_000_000;

/** Throws `PatternError`. */
export function createPattern(source: string): Pattern {
  const compiled = compile(source);
  return {
    source,
    test: text => compiled.test(text.slice(0, MAX_TEXT_CHARS)),
    replace(text, by) {
      const seen = text.slice(0, MAX_TEXT_CHARS);
      const replaced = compiled.test(seen) ? replaceAll(compiled, seen, by) : seen;
      return seen.length < text.length ? replaced + by : replaced;
    },
  };
}

function compile(source: string): RE2JS {
  if (source.length > MAX_PATTERN_CHARS)
    throw new PatternError(`is longer than ${MAX_PATTERN_CHARS} characters`);
  try {
    const compiled = RE2JS.compile(source);
    if (compiled.programSize() <= MAX_PROGRAM_SIZE) return compiled;
  } catch (cause) {
    if (!(cause instanceof RE2JSSyntaxException)) throw cause;
    const reason = cause.message.replace('error parsing regexp: ', '');
    throw new PatternError(`is not in the syntax of RE2 (${reason})`, { cause });
  }
  throw new PatternError('is too large: repeat less');
}

function replaceAll(compiled: RE2JS, text: string, by: string): string {
  const matcher = compiled.matcher(text);
  let [out, done] = ['', 0];
  while (matcher.find()) {
    if (matcher.end() === matcher.start()) continue;
    out += text.slice(done, matcher.start()) + by;
    done = matcher.end();
  }
  return out + text.slice(done);
}
