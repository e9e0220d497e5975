/** What one line says: the order of attempts. */
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
 */
export function parseRecord(text: string): Parsed {
  let parsed: Parsed;
  try {
    const clean = stripAnsi(text);
    parsed = parseJsonLine(clean) ?? parseTrace(clean) ?? parseLine(clean);
  } catch {
    parsed = { message: text };
  }
  if (parsed.message !== text) parsed.original = text;
  return parsed;
}

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

function parsePlain(text: string): Parsed {
  const parsed: Parsed = { message: text };
  parsed.level = levelOfText(text);
  if (parsed.level !== undefined) parsed.levelSource = 'text';
  return withError(parsed, text);
}

/** A joined trace: its first line says level and logger, all of it says the error. */
function parseTrace(text: string): Parsed | null {
  const end = text.indexOf('\n');
  return end < 0 ? null : withError({ ...parseLine(text.slice(0, end)), message: text }, text);
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
