/** Type, message and trace of the exception that a text tells, for the runtimes people use. One file reader per runtime. */
import type { Level, LogRecord } from '#contract/log-record.ts';

type ErrorBlock = NonNullable<LogRecord['error']>;
export type FoundError = { error: ErrorBlock; level: Level };

const MENTIONS = /rror|xception|anic|raceback|Throwable|fatal|goroutine/;
/** A trace is searched this far for its header; frames below are only kept. */
const MAX_HEADER = 16_384;

/** The exception in a joined trace, or the header of one in a single line; null when the text tells none. */
export function errorOf(text: string): FoundError | null {
  const isTrace = text.includes('\n');
  if (!isTrace && !startsAsHeader(text)) return null;
  const head = text.length > MAX_HEADER ? text.slice(0, MAX_HEADER) : text;
  if (isTrace && !MENTIONS.test(head)) return null;
  for (const read of READERS) {
    const found = read(head, text);
    if (found !== null) return found;
  }
  return null;
}

/** Type and message of a trace given in a field of its own. */
export function errorOfStack(stack: string): ErrorBlock {
  return { ...errorOf(`${stack}\n`)?.error, stack_trace: stack };
}

type Reader = (head: string, text: string) => FoundError | null;

const TYPED = String.raw`(?:Exception in thread "[^"\n]{0,200}" |Unhandled exception\. |Uncaught )?([A-Za-z_$][\w$.]{0,200}):?`;
const SINGLE_HEADER =
  /^(?:Exception in thread "[^"]{0,200}" |Unhandled exception\. |Uncaught )?([A-Za-z_$][\w$.]{0,200}?(?:Error|Exception|Throwable)|Error)(?:: (.{0,8192})|$)/s;

function startsAsHeader(text: string): boolean {
  const first = text.charCodeAt(0);
  const isLetter = (first >= 65 && first <= 90) || (first >= 97 && first <= 122) || first === 95;
  return isLetter && (SINGLE_HEADER.test(text) || text.startsWith('panic: ') || PANICKED.test(text));
}

const TRACEBACK = 'Traceback (most recent call last):';
const RAISED = /\n(?:\s{0,8}\| )?([A-Za-z_][\w.]{0,200})(?:: ([^\n]*))?(?=\n|$)/g;

/** Python tells the exception last: the last unindented line that looks like one. */
const readPython: Reader = (head, text) => {
  const start = head.indexOf(TRACEBACK);
  if (start < 0) return null;
  const trace = text.slice(start);
  const tail = trace.length > MAX_HEADER ? trace.slice(-MAX_HEADER) : trace;
  let last: RegExpExecArray | null = null;
  for (const match of tail.matchAll(RAISED)) if (match[1]?.startsWith('During') === false) last = match;
  return { level: 'error', error: errorBlock(last?.[1], last?.[2], trace) };
};

const GO = /(?:^|\n|: )(panic|fatal error): ([^\n]*)/;
const GO_SERVING = /http: panic serving \S{1,100}: ([^\n]*)/;

const readGo: Reader = (head, text) => {
  const serving = GO_SERVING.exec(head);
  if (serving !== null) return { level: 'error', error: errorBlock('panic', serving[1], text) };
  const match = GO.exec(head);
  if (match === null || (text.includes('\n') && !/\ngoroutine \d/.test(head))) return null;
  return { level: 'fatal', error: errorBlock(match[1], match[2], text) };
};

const PANICKED = /^thread '[^'\n]{0,200}'(?: \(\d+\))? panicked at (?:'([^\n]*)', |[^\n]*:\n([^\n]*))?/;

const readRust: Reader = (head, text) => {
  const match = PANICKED.exec(head);
  return match === null ? null : { level: 'fatal', error: errorBlock('panic', match[1] ?? match[2], text) };
};

const PHP = /Uncaught ([A-Za-z_][\w\\]{0,200}): ([^\n]*)/;

const readPhp: Reader = (head, text) => {
  const match = PHP.exec(head);
  if (match === null || !head.includes('\nStack trace:')) return null;
  return { level: 'error', error: errorBlock(match[1], match[2]?.replace(/ in \S+:\d+$/, ''), text) };
};

const RUBY = /^\S{1,500}:\d{1,7}:in [^\n]{1,300}?: ([^\n]*) \(([\w:]{1,200})\)\n/;

const readRuby: Reader = (head, text) => {
  const match = RUBY.exec(head);
  return match === null ? null : { level: 'error', error: errorBlock(match[2], match[1], text) };
};

/** A header at the beginning of a line, with frames (`at …`) right below it or below its message. Java, node, .NET. */
const FRAMED = new RegExp(String.raw`(?:^|\n)${TYPED}([^\n]*)(?=\n[ \t]+(?:at |---> ))`);

const readFramed: Reader = (head, text) => {
  const match = FRAMED.exec(head);
  if (match?.[1] === undefined) return readHeader(head, text);
  const start = match.index + (match[0].startsWith('\n') ? 1 : 0);
  return { level: 'error', error: errorBlock(match[1], match[2]?.trim(), text.slice(start)) };
};

const HEADER_BELOW =
  /(?:^|\n)(?:Uncaught )?([A-Za-z_$][\w$.]{0,200}?(?:Error|Exception|Throwable)|Error)(?:: ([^\n]*))?(?=\n|$)/;

/** A header without frames below it, or with frames of an unknown runtime. */
const readHeader: Reader = (head, text) => {
  const match = (text.includes('\n') ? HEADER_BELOW : SINGLE_HEADER).exec(head);
  if (match === null) return null;
  const trace = text.includes('\n') ? text.slice(match.index).replace(/^\n/, '') : undefined;
  return { level: 'error', error: errorBlock(match[1], match[2], trace) };
};

const READERS: readonly Reader[] = [readPython, readGo, readRust, readPhp, readRuby, readFramed];

function errorBlock(
  type: string | undefined,
  message: string | undefined,
  trace: string | undefined,
): ErrorBlock {
  const error: ErrorBlock = {};
  if (type !== undefined) error.type = type;
  if (message !== undefined && message !== '') error.message = message;
  if (trace !== undefined && trace.includes('\n')) error.stack_trace = trace.trimEnd();
  return error;
}
