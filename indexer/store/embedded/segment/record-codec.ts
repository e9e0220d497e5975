/** A record without what its kind holds: id, message and the rest as JSON; and the whole of it back. */
import type { LogRecord } from '#contract/log-record.ts';
import { idOfBytes, nanosecondsOf, secondsOf } from './id-bytes.ts';

/** Where records come from. */
export type Source = Pick<LogRecord, 'container' | 'host' | 'compose'>;
/** A record of a kind without what is its own: the message, the id and the rest are to be filled in. */
export type RecordTemplate = Source & { log: LogRecord['log'] };

/** `rest` is '' when nothing is left. */
export type OwnParts = { id: Uint8Array; message: string; rest: string };

/** The record, verbatim as it was appended. Throws a SyntaxError for a rest that is no JSON. */
export function decodeRecord(template: RecordTemplate, own: OwnParts): LogRecord {
  const record: LogRecord = {
    '@timestamp': stampAt(secondsOf(own.id), nanosecondsOf(own.id)),
    message: own.message,
    ...template,
    event: { id: idOfBytes(own.id), dataset: 'docker.logs' },
  };
  if (own.rest === '') return record;
  const rest = JSON.parse(own.rest) as Partial<LogRecord>;
  return {
    ...record,
    ...rest,
    log: { ...record.log, ...rest.log },
    event: { ...record.event, ...rest.event },
  };
}

/** Whether a rest replaces the message: then it comes first (`encodeRest`). */
export const hasOwnMessage = (rest: string): boolean => rest.startsWith('{"message"');

/** What `encodeRest` leaves out, because kind, id or message hold it. */
const isHeld = (key: string): boolean =>
  key === '@timestamp' ||
  key === 'message' ||
  key === 'log' ||
  key === 'container' ||
  key === 'host' ||
  key === 'compose' ||
  key === 'event';
const isHeldOfLog = (key: string): boolean => key === 'iostream' || key === 'level' || key === 'level_source';
const isHeldOfEvent = (key: string): boolean => key === 'id' || key === 'dataset';

/**
 * What is left as JSON. A message that UTF-8 cannot hold (lone surrogates) stands in it verbatim, escaped as JSON does; so
 * does a stamp that the id cannot carry. `seconds` and `nanoseconds` are of the id.
 */
export function encodeRest(record: LogRecord, time: { seconds: number; nanoseconds: number }): string {
  let rest: Record<string, unknown> | undefined;
  if (!record.message.isWellFormed()) rest = { message: record.message };
  if (!isStampOf(record['@timestamp'], time)) (rest ??= {})['@timestamp'] = record['@timestamp'];
  const log = without(record.log, isHeldOfLog);
  if (log) (rest ??= {})['log'] = log;
  const event = without(record.event, isHeldOfEvent);
  if (event) (rest ??= {})['event'] = event;
  for (const key in record) if (!isHeld(key)) (rest ??= {})[key] = record[key as keyof LogRecord];
  return rest ? JSON.stringify(rest) : '';
}

/** What is not held elsewhere; undefined when nothing is left. */
function without(block: object, isHeldOf: (key: string) => boolean): Record<string, unknown> | undefined {
  let left: Record<string, unknown> | undefined;
  for (const key in block) if (!isHeldOf(key)) (left ??= {})[key] = (block as Record<string, unknown>)[key];
  return left;
}

// Records come second after second, from some containers a little later: the texts of a few seconds are worth remembering.
const REMEMBERED = 16;
const rememberedSeconds = new Float64Array(REMEMBERED).fill(-1);
const rememberedTexts = new Array<string>(REMEMBERED).fill('');

function textOfSecond(seconds: number): string {
  const place = seconds % REMEMBERED;
  if (rememberedSeconds[place] !== seconds) {
    rememberedTexts[place] = new Date(seconds * 1_000).toISOString().slice(0, 20);
    rememberedSeconds[place] = seconds;
  }
  return rememberedTexts[place] ?? '';
}

const stampAt = (seconds: number, nanoseconds: number): string =>
  `${textOfSecond(seconds)}${String(nanoseconds).padStart(9, '0')}Z`;

/** As comparing with `stampAt`, without making it. */
function isStampOf(
  stamp: string,
  { seconds, nanoseconds }: { seconds: number; nanoseconds: number },
): boolean {
  if (stamp.length !== 30 || stamp.charCodeAt(29) !== 90 || !stamp.startsWith(textOfSecond(seconds)))
    return false;
  let value = 0;
  for (let i = 20; i < 29; i++) {
    const digit = stamp.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return false;
    value = value * 10 + digit;
  }
  return value === nanoseconds;
}
