/** What one line says: the order of attempts. */
import type { WireContainer } from '#contract/batch.ts';
import { stripAnsi } from './ansi.ts';
import { FORMATS } from './formats/index.ts';
import { parseJsonLine } from './json-line.ts';
import { levelOfText } from './level.ts';
import { parseLogfmtLine } from './logfmt-line.ts';
import type { Parsed } from './parsed.ts';
import { errorOf } from './stack-trace.ts';

/** Longer lines are no access log or the like, and no expression is run over them. */
const MAX_FORMAT_CHARS = 32_768;

/**
 * Reads the text of one line or of one joined stack trace. Never throws: in doubt the text is the message.
 * `message` is the text itself, without terminal sequences, unless the application names a message of its own; whenever it
 * differs from the text, `original` holds the text. Of a trace the message is the whole text, so that a search finds frames.
 * `mode`: what the labels of its container say it is; what it then is not is plain text.
 */
export function parseRecord(text: string, mode: ParseMode = 'auto'): Parsed {
  let parsed: Parsed;
  try {
    parsed = READ[mode](text);
  } catch {
    parsed = { message: text };
  }
  if (parsed.message !== text) parsed.original = text;
  return parsed;
}

type ParseMode = NonNullable<WireContainer['parse']>;

const READ: Record<ParseMode, (text: string) => Parsed> = {
  auto(text) {
    const clean = stripAnsi(text);
    return parseJsonLine(clean) ?? parseLines(clean, parseLine);
  },
  json(text) {
    const clean = stripAnsi(text);
    return parseJsonLine(clean) ?? parseLines(clean, parsePlain);
  },
  logfmt: text => parseLines(stripAnsi(text), line => parseLogfmtLine(line) ?? parsePlain(line)),
  none: text => ({ ...levelled(stripAnsi(text)), message: text }),
};

function parseLine(text: string): Parsed {
  return parseFormat(text) ?? parseLogfmtLine(text) ?? parsePlain(text);
}

function parseFormat(text: string): Parsed | null {
  if (text.length > MAX_FORMAT_CHARS) return null;
  for (const format of FORMATS) {
    const parsed = format(text);
    if (parsed !== null) return parsed;
  }
  return null;
}

const parsePlain = (text: string): Parsed => withError(levelled(text), text);

function levelled(text: string): Parsed {
  const level = levelOfText(text);
  return level === undefined ? { message: text } : { message: text, level, levelSource: 'text' };
}

/** Of a joined trace the first line says level and logger, all of it says the error. */
function parseLines(text: string, parseFirst: (line: string) => Parsed): Parsed {
  const end = text.indexOf('\n');
  return end < 0 ? parseFirst(text) : withError({ ...parseFirst(text.slice(0, end)), message: text }, text);
}

/** An exception makes the level unless the line states one itself. */
function withError(parsed: Parsed, text: string): Parsed {
  const found = errorOf(text);
  if (found === null) return parsed;
  parsed.error = { ...found.error, ...parsed.error };
  if (parsed.level === undefined || parsed.levelSource === 'trace') {
    parsed.level = found.level;
    parsed.levelSource = 'trace';
  }
  return parsed;
}
