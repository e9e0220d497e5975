/** Lines that are one JSON object, also behind a known prefix: a compose service, a time, a level. */
import secureJson from 'secure-json-parse';
import { levelOfWord } from './level.ts';
import type { Parsed } from './parsed.ts';
import { readFields } from './read-fields.ts';
import type { Fields } from './reading.ts';

const MAX_CHARS = 1_048_576;
const OPEN = 123;
const CLOSE = 125;

/** What may stand before the object. The level in it counts if the object has none. */
const PREFIX =
  /^(?:[\w.-]{1,64} {1,8}\| {0,8})?(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.,:+-]{0,20}Z?\]?\s{1,8})?(?:\[?([A-Za-z]{3,9})\]?[\s:-]{1,8})?(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.,:+-]{0,20}Z?\]?\s{1,8})?$/;
const MAX_PREFIX = 160;

/** The record of a JSON line, or null when the text is not one, or is too large, too deep or has too many keys. */
export function parseJsonLine(text: string): Parsed | null {
  if (text.length > MAX_CHARS || !endsObject(text)) return null;
  const start = text.charCodeAt(0) === OPEN ? 0 : text.indexOf('{');
  if (start < 0 || start > MAX_PREFIX) return null;
  if (start === 0) return parseFrom(text, text);
  const prefix = PREFIX.exec(text.slice(0, start).trimStart());
  if (prefix === null) return null;
  const level = prefix[1] === undefined ? undefined : levelOfWord(prefix[1]);
  if (prefix[1] !== undefined && level === undefined) return null;
  const parsed = parseFrom(text.slice(start), text);
  if (parsed !== null && level !== undefined && parsed.levelSource !== 'json') {
    parsed.level = level;
    parsed.levelSource = 'text';
  }
  return parsed;
}

function endsObject(text: string): boolean {
  let end = text.length - 1;
  while (end >= 0 && text.charCodeAt(end) <= 32) end -= 1;
  return text.charCodeAt(end) === CLOSE;
}

function parseFrom(json: string, text: string): Parsed | null {
  const fields = parseObject(json);
  return fields === null ? null : readFields(fields, text, 'json');
}

/** A number token that a double may not hold, or a string escape: what plain parsing would change or let through. */
const LONG_NUMBER = /[:,[]\s{0,8}-?\d{16}/;

/**
 * Plain `JSON.parse` unless the text has something that needs care: whole numbers beyond 2^53 stay exact, as strings;
 * `__proto__` and `constructor.prototype` keys are left out; lone surrogates become U+FFFD.
 */
function parseObject(text: string): Fields | null {
  try {
    const isPlain =
      !text.includes('__proto__') &&
      !text.includes('"constructor"') &&
      !text.includes('\\u') &&
      !LONG_NUMBER.test(text);
    const value: unknown = isPlain ? JSON.parse(text) : secureJson.parse(text, exactly, REMOVE);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null;
  }
}

const REMOVE = { protoAction: 'remove', constructorAction: 'remove' } as const;

function exactly(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d+$/.test(source) ? source : value;
}
