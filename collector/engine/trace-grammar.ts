/**
 * Which line can start a stack trace, and which line goes on with it: two pure functions over a small set of states.
 * A line that merely names an error may start one, because loggers print the trace right below it.
 */

/**
 * What the lines of a trace so far allow to come next.
 * - `named`: a log line that names an error; an exception's header or any runtime's trace may follow
 * - `header`: `Type: message`; frames may follow, another header is another trace
 * - `frames`: indented frames were seen (java, node, .NET, php, ruby, and whatever indents)
 * - `python`: below `Traceback …`, up to the unindented `Type: message`; `raised`: after that, chained exceptions may follow;
 *   `chained`: after the sentence that links two of them
 * - `go`: a panic and its goroutines, where blank and unindented lines belong
 * - `rust`: below `thread … panicked at place:`, the message comes next
 * - `source`, `quoted`, `caret`: node's `file:line`, the quoted code, and the caret below it; `node`: after these
 * - `indented`: .NET's console logger, which writes the message below its header
 */
export type TraceKind =
  | 'named'
  | 'header'
  | 'frames'
  | 'python'
  | 'raised'
  | 'chained'
  | 'go'
  | 'rust'
  | 'source'
  | 'quoted'
  | 'caret'
  | 'node'
  | 'indented';

/** What is beyond these characters of a line is not looked at. */
const MAX_LOOK = 2048;

const NAMES_ERROR =
  /rror|RROR|xception|XCEPTION|raceback|[pP]anic|PANIC|[fF]atal|FATAL|[wW]arn|WARN|[cC]rit|CRIT|SEVERE|[uU]n(?:caught|handled)|oroutine|Caused by|fail|FAIL/;
const NODE_SOURCE = /^(?:(?:file:\/\/)?\/[^\s:]+\.[cm]?[jt]sx?|node:[\w/]+):\d+$/;
const DOTNET_CONSOLE = /^(?:trce|dbug|info|warn|fail|crit): [\w.`+]+\[\d+\]$/;
const TRACEBACK = /Traceback \(most recent call last\):\s*$/;
/** The only trace whose first line is indented; nested groups stand behind a `|`. */
const EXCEPTION_GROUP = '  + Exception Group Traceback (most recent call last):';
const GO_DUMP = /^(?:panic: |fatal error: |goroutine \d+ \[|SIG[A-Z]+: )/;
const RUST_PANIC = /^thread '[^']*'(?: \(\d+\))? panicked at /;
const BARE_HEADER =
  /^(?:Exception in thread |Unhandled exception\. |Uncaught )?(?:"[^"]*" )?[\w$.]{0,200}(?:Error|Exception|Throwable|Failure|Panic)[\w$]{0,60}(?::|$| \[)/;

/** The state after a line that can start a trace, or null for a line that passes at once. */
export function startTrace(text: string): TraceKind | null {
  const first = text.charCodeAt(0);
  if (first === BRACE || Number.isNaN(first)) return null;
  if (first === SPACE || first === TAB) return text.startsWith(EXCEPTION_GROUP) ? 'python' : null;
  const head = text.length > MAX_LOOK ? text.slice(0, MAX_LOOK) : text;
  if (!NAMES_ERROR.test(head)) return startWithoutError(head);
  if (TRACEBACK.test(head)) return 'python';
  if (GO_DUMP.test(head)) return 'go';
  if (RUST_PANIC.test(head)) return head.endsWith(':') ? 'rust' : 'frames';
  if (NODE_SOURCE.test(head)) return 'source';
  if (DOTNET_CONSOLE.test(head)) return 'indented';
  return BARE_HEADER.test(head) ? 'header' : 'named';
}

/** Two first lines that name no error; told by their last character, so that nearly every line is done here. */
function startWithoutError(head: string): TraceKind | null {
  const last = head.charCodeAt(head.length - 1);
  if (last === CLOSING_BRACKET) return DOTNET_CONSOLE.test(head) ? 'indented' : null;
  if (last >= ZERO && last <= NINE) return NODE_SOURCE.test(head) ? 'source' : null;
  return null;
}

/** Lines that go on with a trace although they are not indented, in any state. */
const GOES_ON =
  /^(?:Caused by\b|Suppressed: |\.\.\. \d+ (?:more|common)|--- End of |Stack trace:|stack backtrace:|\[stacktrace\]|#\d+ |note: |created by |\[signal |Node\.js v\d|\}|[^\s:]+:\d+:in (?!.*\([\w:]+\)$))/;
/** A logger's own beginning of a line: a time, or a level word. Such a line is a record of its own. */
const BEGINS_RECORD =
  /^[[<(]?(?:\d{4}[-/]\d\d[-/]\d\d|\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:|(?:TRACE|DEBUG|INFO|NOTICE|WARN|ERROR|FATAL|CRITICAL)\b|[IWEF]\d{4} )/;
const RAISED = /^[A-Za-z_][\w.]*(?::|$)/;
/** What database drivers put below the message of a python exception. */
const RAISED_MORE = /^(?:\[SQL: |\[parameters: |\(Background on this error|DETAIL: )/;
const CHAINED = /^(?:During handling of the above|The above exception was)/;
const GO_LINE =
  /^(?:goroutine \d+ \[|panic: |fatal error: |exit status \d|runtime stack:|\.\.\.additional frames|[a-z]\w{1,5} +0x[0-9a-f]|PC=0x|[\w.\-/]+[([].*\)$)/;
const CARET = /^\s*[\^~]+\s*$/;

/** The state after a line that goes on with a trace in state `kind`, or null if it does not. */
export function continueTrace(kind: TraceKind, text: string): TraceKind | null {
  const first = text.charCodeAt(0);
  if (Number.isNaN(first)) return afterBlank(kind);
  if (kind === 'quoted') return CARET.test(text) ? 'caret' : null;
  if (first === SPACE || first === TAB) return afterIndented(kind, text);
  if (first === BRACE) return null;
  const head = text.length > MAX_LOOK ? text.slice(0, MAX_LOOK) : text;
  if (kind !== 'indented' && GOES_ON.test(head))
    return kind === 'named' || kind === 'header' ? 'frames' : kind;
  return AFTER_UNINDENTED[kind]?.(head) ?? null;
}

function afterBlank(kind: TraceKind): TraceKind | null {
  switch (kind) {
    case 'go':
    case 'raised':
    case 'chained':
    case 'node':
      return kind;
    case 'caret':
      return 'node';
    default:
      return null;
  }
}

function afterIndented(kind: TraceKind, text: string): TraceKind | null {
  if (text.startsWith(EXCEPTION_GROUP)) return kind === 'chained' || kind === 'named' ? 'python' : null;
  switch (kind) {
    case 'named':
    case 'header':
    case 'rust':
      return 'frames';
    case 'source':
      return 'quoted';
    default:
      return kind;
  }
}

const AFTER_UNINDENTED: Partial<Record<TraceKind, (head: string) => TraceKind | null>> = {
  named: afterNamed,
  python: head => (RAISED.test(head) && !BEGINS_RECORD.test(head) ? 'raised' : null),
  raised: head => (CHAINED.test(head) ? 'chained' : RAISED_MORE.test(head) ? 'raised' : null),
  chained: head => (TRACEBACK.test(head) ? 'python' : null),
  go: head => (GO_LINE.test(head) ? 'go' : null),
  rust: head => (BEGINS_RECORD.test(head) ? null : 'frames'),
  source: head => (BEGINS_RECORD.test(head) ? null : 'quoted'),
  node: head => (BARE_HEADER.test(head) ? 'node' : null),
};

/** Below a log line that names an error comes the trace itself, of whatever runtime. */
function afterNamed(head: string): TraceKind | null {
  if (TRACEBACK.test(head)) return 'python';
  if (GO_DUMP.test(head)) return 'go';
  return BARE_HEADER.test(head) && !BEGINS_RECORD.test(head) ? 'header' : null;
}

const TAB = 9;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;
const CLOSING_BRACKET = 93;
const BRACE = 123;
