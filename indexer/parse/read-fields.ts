/** Named fields of a line (JSON, logfmt) → ECS. What is not understood stays under `app`, as the application named it. */
import type { Level } from '#contract/log-record.ts';
import { stripAnsi } from './ansi.ts';
import { createdOf } from './app-time.ts';
import { FIELD_NODES, type FieldNode, type FieldPlace } from './fields.ts';
import { levelOfNumber, levelOfText, levelOfWord, type NumericScale } from './level.ts';
import type { Parsed } from './parsed.ts';
import { readHttp } from './read-http.ts';
import { giveBack, has, take, type Fields, type Reading, type Scalar } from './reading.ts';
import { errorOfStack } from './stack-trace.ts';

const MAX_DEPTH = 20;
const MAX_KEYS = 500;

/**
 * The fields as a record, or null when they are too many or too deep. Each value comes out once: as ECS or under `app`.
 * `text` is the message if no field is one.
 */
export function readFields(fields: Fields, text: string, source: 'json' | 'logfmt'): Parsed | null {
  const reading: Reading = { fields, slots: {}, app: {}, keys: 0 };
  collect(reading, { from: fields, into: reading.app, nodes: FIELD_NODES });
  if (reading.keys > MAX_KEYS) return null;
  const parsed: Parsed = { message: text };
  readTime(reading, parsed);
  readLevel(reading, parsed);
  if (parsed.level !== undefined) parsed.levelSource = source;
  readError(reading, parsed);
  readIds(reading, parsed);
  const summary = readHttp(reading, parsed);
  parsed.message = messageOf(reading) ?? summary ?? parsed.error?.message ?? text;
  if (parsed.level === undefined) guessLevel(parsed);
  if (hasKeys(reading.app)) parsed.app = reading.app;
  return parsed;
}

type Branch = { from: Fields; into: Fields; nodes: ReadonlyMap<string, FieldNode> };

/** Puts values with a role into their slot, the better-ranked name winning, and copies everything else. */
function collect(reading: Reading, { from, into, nodes }: Branch): void {
  for (const key in from) {
    reading.keys += 1;
    const value = from[key];
    const node = nodes.get(key);
    if (typeof value !== 'object' || value === null) {
      if (value === null || !offer(reading, node?.place, value as Scalar)) into[key] = value;
    } else if (node?.below !== undefined && !Array.isArray(value)) {
      const rest: Fields = {};
      collect(reading, { from: value as Fields, into: rest, nodes: node.below });
      if (hasKeys(rest)) into[key] = rest;
    } else {
      measure(reading, value, 2);
      into[key] = value;
    }
  }
}

function offer(reading: Reading, place: FieldPlace | undefined, value: Scalar): boolean {
  if (place === undefined || value === '') return false;
  const present = reading.slots[place.role];
  if (present !== undefined && present.place.rank < place.rank) return false;
  if (present !== undefined) giveBack(reading, present);
  reading.slots[place.role] = { place, value };
  return true;
}

/** Counts keys below a value; one that is too deep counts as too many. */
function measure(reading: Reading, value: object, depth: number): void {
  if (depth > MAX_DEPTH) reading.keys = Infinity;
  if (reading.keys > MAX_KEYS) return;
  const children: unknown[] = Object.values(value);
  reading.keys += children.length;
  for (const child of children) {
    if (typeof child === 'object' && child !== null) measure(reading, child, depth + 1);
  }
}

function readTime(reading: Reading, parsed: Parsed): void {
  const slot = reading.slots.time;
  if (slot === undefined) return;
  parsed.created = createdOf(slot.value);
  if (parsed.created === undefined) giveBack(reading, slot);
}

/** The level, and the logger's name where the way the level is written says that `name` or `c` is one. */
function readLevel(reading: Reading, parsed: Parsed): void {
  const { level, logger, mongoLevel, mongoLogger, time } = reading.slots;
  const isMongo = time?.place.name === 't.$date';
  take(reading, mongoLevel, value => isMongo && (parsed.level = levelOfWord(String(value))));
  take(reading, mongoLogger, value => isMongo && (parsed.logger = String(value)));
  take(reading, level, (value, name) => (parsed.level ??= levelOf(reading, name, value)));
  // CLEF leaves the most frequent level out.
  if (level === undefined && has(reading, '@t')) parsed.level ??= 'info';
  const isName =
    logger?.place.name === 'name'
      ? typeof level?.value === 'number' || level?.place.name === 'levelname'
      : logger?.place.name !== 'channel' || level?.place.name === 'level_name';
  take(reading, logger, value => isName && (parsed.logger ??= String(value)));
}

function levelOf(reading: Reading, name: string, value: Scalar): Level | undefined {
  if (typeof value === 'string') {
    return (
      levelOfWord(value) ?? (/^\d{1,5}$/.test(value) ? levelOf(reading, name, Number(value)) : undefined)
    );
  }
  return typeof value === 'number' ? levelOfNumber(value, scaleOf(reading, name)) : undefined;
}

/** Numbers mean what the fields beside them say: 3 is `error` in GELF and `warn` in .NET. */
function scaleOf(reading: Reading, name: string): NumericScale {
  if (name === 'PRIORITY' || has(reading, 'short_message') || has(reading, 'facility')) return 'syslog';
  if (name === 'severity_number' || name === 'SeverityNumber') return 'otel';
  if (name === 'levelno' || has(reading, 'funcName') || has(reading, 'lineno')) return 'python';
  return name === 'LogLevel' || has(reading, 'EventId') ? 'dotnet' : 'unknown';
}

function readError(reading: Reading, parsed: Parsed): void {
  const { errorType, errorMessage, stack } = reading.slots;
  if (errorType === undefined && errorMessage === undefined && stack === undefined) return;
  take(reading, stack, value => typeof value === 'string' && (parsed.error = errorOfStack(value)));
  take(
    reading,
    errorType,
    value => typeof value === 'string' && (parsed.error = { ...parsed.error, type: value }),
  );
  take(
    reading,
    errorMessage,
    value => typeof value === 'string' && (parsed.error = { ...parsed.error, message: value }),
  );
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/;

function readIds(reading: Reading, parsed: Parsed): void {
  const { trace, span, traceparent, pid } = reading.slots;
  // Google's value is a path, projects/p/traces/id. Zero is how Datadog's library says "none".
  take(reading, trace, value => isId(value) && (parsed.trace = { id: String(value).replace(/^.*\//, '') }));
  take(reading, span, value => isId(value) && (parsed.span = { id: String(value) }));
  take(reading, traceparent, value => {
    const [, traceId, spanId] = TRACEPARENT.exec(String(value)) ?? [];
    if (traceId === undefined || spanId === undefined) return false;
    parsed.trace ??= { id: traceId };
    return (parsed.span ??= { id: spanId });
  });
  take(reading, pid, value => {
    const number = Number(value);
    return Number.isSafeInteger(number) && number >= 0 && (parsed.process = { pid: number });
  });
}

const isId = (value: Scalar): boolean => value !== true && value !== false && value !== 0 && value !== '0';

function messageOf(reading: Reading): string | undefined {
  const { message, template } = reading.slots;
  if (message !== undefined) {
    if (template !== undefined) giveBack(reading, template);
    return stripAnsi(String(message.value));
  }
  return typeof template?.value === 'string' ? rendered(template.value, reading.fields) : undefined;
}

/** A CLEF template with its properties filled in: `{Name}`, `{@Name}`, `{Name,5:000}`. */
function rendered(template: string, fields: Fields): string {
  return template.replace(/\{[@$]?([A-Za-z0-9_]{1,100})[^{}]{0,50}\}/g, (hole, name: string) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value === undefined) return hole;
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function guessLevel(parsed: Parsed): void {
  if (parsed.error?.stack_trace !== undefined) {
    parsed.level = 'error';
    parsed.levelSource = 'trace';
    return;
  }
  parsed.level = levelOfText(parsed.message);
  if (parsed.level !== undefined) parsed.levelSource = 'text';
}

function hasKeys(fields: Fields): boolean {
  for (const _ in fields) return true;
  return false;
}
