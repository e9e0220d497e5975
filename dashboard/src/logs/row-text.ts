/** What one row says of a record: the message first, then its own fields, dimmed; cut so that no line can stall a page. */
import type { LogRecord } from '#contract/log-record.ts';
import { formatBytes } from '../ui/format.ts';
import { appFields, fieldText } from './record-fields.ts';
import { stripEscapes, styledSpans, type Span } from './styled-text.ts';

/** A longer line freezes browsers when it is laid out; the drawer shows more of it. */
const ROW_TEXT_LIMIT = 2_048;
const ROW_FIELDS_LIMIT = 400;

export type RowText = {
  message: readonly Span[];
  /** `status=504 dur=3002`, or empty. */
  fields: string;
  /** The first frame of a stack trace. */
  frame: string;
  /** `8 frames` or `3 more lines`; empty for a single line. */
  folded: string;
  /** `18 KiB more`; empty when the row shows it all. */
  cut: string;
};

const cache = new WeakMap<LogRecord, RowText>();

/** Computed once per record, when it is first drawn. */
export function rowText(record: LogRecord): RowText {
  const cached = cache.get(record);
  if (cached) return cached;
  const computed = computeRowText(record);
  cache.set(record, computed);
  return computed;
}

function computeRowText(record: LogRecord): RowText {
  const text = colouredMessage(record);
  const newline = text.indexOf('\n');
  const firstLine = newline === -1 ? text : text.slice(0, newline);
  const shown = firstLine.slice(0, ROW_TEXT_LIMIT);
  const isCut = firstLine.length > shown.length;
  return {
    message: styledSpans(shown),
    fields: fieldsText(record),
    ...foldedTrace(newline === -1 ? '' : text.slice(newline + 1), record.error?.stack_trace),
    cut: isCut ? `${formatBytes(firstLine.length - shown.length)} more` : '',
  };
}

/** The original carries the colours where parsing took nothing but them out of the message. */
export function colouredMessage({ message, event }: LogRecord): string {
  const { original } = event;
  if (original === undefined || !original.includes('\x1b')) return message;
  return stripEscapes(original).trimEnd() === message.trimEnd() ? original : message;
}

const FRAME = /^\s+(?:at |File "|from |\.\.\. \d+ more)|^\s+\S+\.go:\d+|^\s*#?\d+[: ]\s*0x|^\s+\d+: /;

function foldedTrace(rest: string, trace: string | undefined): Pick<RowText, 'frame' | 'folded'> {
  const lines = (rest === '' ? (trace ?? '') : rest).split('\n').filter(line => line.trim() !== '');
  const frames = lines.filter(line => FRAME.test(line));
  if (frames.length > 0) {
    return { frame: frameName(frames[0] ?? ''), folded: count(frames.length, 'frame', 'frames') };
  }
  // A trace of one line only repeats the message.
  const more = rest === '' && lines.length <= 1 ? 0 : lines.length;
  return { frame: '', folded: more === 0 ? '' : count(more, 'more line', 'more lines') };
}

const frameName = (line: string): string => stripEscapes(line).trim().slice(0, 120);
const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

function fieldsText(record: LogRecord): string {
  const parts: string[] = [];
  let length = 0;
  for (const [name, value] of ownFields(record)) {
    const part = `${name}=${fieldText(value)}`;
    length += part.length + 1;
    if (length > ROW_FIELDS_LIMIT) {
      parts.push('…');
      break;
    }
    parts.push(part);
  }
  return parts.join(' ');
}

/** Said by every line of a logger, and by the container and the host again. */
const NOISE = new Set([
  'hostname',
  'host',
  'pid',
  'v',
  'ts',
  'time',
  'timestamp',
  '@timestamp',
  'logger',
  'name',
]);

/** Fields beyond the message that a structured line carries. A plain line says them in its text already. */
function ownFields(record: LogRecord): [string, unknown][] {
  if (record.event.original === undefined || colouredMessage(record) === record.event.original) return [];
  const { http, url, trace, error } = record;
  const known: [string, unknown][] = [
    ['method', http?.request?.method],
    ['path', url?.path ?? url?.original],
    ['status', http?.response?.status_code],
    ['error', error?.type ?? error?.message],
    ...appFields(record).filter(([name]) => !NOISE.has(name)),
    ['trace', trace?.id],
  ];
  return known.filter(([, value]) => value !== undefined && value !== '' && value !== record.message);
}
