/** One log record as lines for people: time, level letter, container, message, and what belongs to it below. Pure. */
import type { Level, LogRecord } from '#contract/log-record.ts';
import { createPaint, type Paint, type Style } from './colours.ts';
import { cleanText } from './terminal-text.ts';

export type FormatOptions = {
  colour: boolean;
  /** Hand the container's text on as it is, escapes and all. */
  raw: boolean;
  /** Columns for the container name; the caller lets it grow with the names it has seen. */
  nameWidth: number;
  /** IANA name; absent: that of this machine. */
  timeZone?: string;
};

const LETTERS: Record<Level, { letter: string; style?: Style }> = {
  trace: { letter: 'T', style: 'dim' },
  debug: { letter: 'D', style: 'dim' },
  info: { letter: 'I' },
  notice: { letter: 'N', style: 'green' },
  warn: { letter: 'W', style: 'yellow' },
  error: { letter: 'E', style: 'red' },
  fatal: { letter: 'F', style: 'boldRed' },
};
const TIME_WIDTH = '10:41:07.123 W '.length;

/** Never ends with a newline. */
export function formatRecord(record: LogRecord, options: FormatOptions): string {
  const paint = createPaint(options.colour);
  const name = clean(record.container.name, { ...options, colour: false });
  const level = record.log.level;
  const { letter, style } = level === undefined ? { letter: '·', style: 'dim' as const } : LETTERS[level];
  const head = [
    paint.style('dim', formatTime(record['@timestamp'], options.timeZone)),
    style === undefined ? letter : paint.style(style, letter),
    paint.container(name, name.padEnd(options.nameWidth)),
  ].join(' ');
  const [first = '', ...rest] = bodyLines(record, options, paint);
  const indent = ' '.repeat(TIME_WIDTH + options.nameWidth);
  const mark = paint.style('dim', '│');
  return [`${head} ${mark} ${first}`, ...rest.map(line => `${indent} ${mark} ${line}`)].join('\n');
}

/** `HH:MM:SS.mmm` of an engine stamp. */
export function formatTime(stamp: string, timeZone?: string): string {
  const clock = clockOf(timeZone).format(new Date(`${stamp.slice(0, 19)}Z`));
  return `${clock}.${stamp.slice(20, 23)}`;
}

const clocks = new Map<string | undefined, Intl.DateTimeFormat>();

/** Making a formatter costs as much as formatting a thousand stamps. */
function clockOf(timeZone: string | undefined): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone,
  });
  clocks.set(timeZone, clock);
  return clock;
}

function bodyLines(record: LogRecord, options: FormatOptions, paint: Paint): string[] {
  const { text, isWhole } = textOf(record);
  const message = clean(text, options).trimEnd().split('\n');
  // Where the whole text is printed, the fields were read out of it and stand in it already.
  const fields = isWhole ? '' : formatFields(record.app, options);
  if (fields !== '') message[0] = `${message[0] ?? ''} ${paint.style('dim', fields)}`;
  const trace = record.error?.stack_trace;
  if (trace !== undefined && !record.message.includes(trace))
    message.push(...clean(trace, options).split('\n'));
  const cut = record.log.truncated
    ? [`… cut: the line has ${record.log.original_bytes ?? 'more'} bytes`]
    : [];
  return [...message, ...cut.map(note => paint.style('dim', note))];
}

/** The line as the container wrote it, colours and all, where parsing took nothing but escapes out of it; else the message. */
function textOf({ message, event }: LogRecord): { text: string; isWhole: boolean } {
  const { original = message } = event;
  const isWhole = cleanText(original, false).trimEnd() === cleanText(message, false).trimEnd();
  return { text: isWhole ? original : message, isWhole };
}

/** The application's own plain fields as `key=value`; nested ones are for `--json`. */
function formatFields(app: LogRecord['app'], options: FormatOptions): string {
  return Object.entries(app ?? {})
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .map(([key, value]) =>
      clean(`${key}=${String(value)}`, { ...options, colour: false }).replaceAll('\n', ' '),
    )
    .join(' ');
}

const clean = (text: string, { raw, colour }: Pick<FormatOptions, 'raw' | 'colour'>): string =>
  raw ? text : cleanText(text, colour);
