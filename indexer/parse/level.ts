/** Levels out of words, numbers, HTTP status and plain text. Whether a line came by stderr is never asked. */
import type { Level } from '#contract/log-record.ts';

const WORDS: Record<Level, string> = {
  trace: 'trace trce trc finest finer silly all vrb',
  debug: 'debug debu dbug dbg fine verbose verb d d1 d2 d3 d4 d5 debug1 debug2 debug3 debug4 debug5',
  info: 'info information informational inf i config http log note success system audit',
  notice: 'notice',
  warn: 'warn warning wrn w',
  error: 'error erro eror err e severe fail failure',
  fatal: 'fatal fata ftl f critical crit crt c alert emerg emergency panic dpanic',
};

const LEVEL_OF = new Map<string, Level>(
  (Object.entries(WORDS) as [Level, string][]).flatMap(([level, words]) =>
    words.split(' ').flatMap((word): [string, Level][] => [
      [word, level],
      [word.toUpperCase(), level],
      [word.charAt(0).toUpperCase() + word.slice(1), level],
    ]),
  ),
);

/** Level of a word by any logger's convention; `INFO+2` (slog) counts as `INFO`. Undefined for what is no level. */
export function levelOfWord(word: string): Level | undefined {
  const level = LEVEL_OF.get(word);
  if (level !== undefined || word.length > 20) return level;
  return LEVEL_OF.get(
    word
      .trim()
      .toLowerCase()
      .replace(/[+-]\d{1,2}$/, ''),
  );
}

/** Of an HTTP status code 100–599. */
export function levelOfStatus(status: number): Level {
  return status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info';
}

const SYSLOG: readonly Level[] = ['fatal', 'fatal', 'fatal', 'error', 'warn', 'notice', 'info', 'debug'];
const DOTNET: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const PINO: readonly Level[] = ['trace', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const PYTHON: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const MONOLOG: readonly Level[] = ['debug', 'debug', 'info', 'warn', 'error', 'fatal', 'fatal'];
const LOGBACK: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error'];
const OTEL: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

export type NumericScale = 'syslog' | 'dotnet' | 'python' | 'otel' | 'unknown';

/** Level of a number. An unknown scale is taken from its size: 10–69 pino and bunyan, 100–699 monolog, from 1000 on logback. */
export function levelOfNumber(value: number, scale: NumericScale): Level | undefined {
  switch (scale) {
    case 'syslog':
      return SYSLOG[value];
    case 'dotnet':
      return DOTNET[value];
    case 'python':
      return PYTHON[Math.floor(value / 10)];
    case 'otel':
      return OTEL[Math.floor((value - 1) / 4)];
    case 'unknown':
      if (value >= 1000) return LOGBACK[Math.floor(value / 10_000)];
      if (value >= 100) return value === 250 ? 'notice' : MONOLOG[Math.floor(value / 100)];
      return value >= 10 ? PINO[Math.floor(value / 10)] : undefined;
  }
}

/** Levels stand near the beginning; what is later is the message. */
const MAX_LOOK = 400;
const LEADING_TIME =
  /^(?:[[(<]?(?:\d{4}[-/.]\d\d[-/.]\d\d|\d\d[-/.]\w{2,3}[-/.]\d{2,4}|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d|[A-Z][a-z]{2} [ \d]\d|\d{6})?[T ,:-]{0,3}(?:\d\d:\d\d(?::\d\d)?|\d{6})(?:[.,:]\d{1,9})?(?: ?[AP]M)?(?: \d{4})?(?:Z| UTC| GMT| ?[+-]\d\d:?\d\d)?[\])>]?[\s|,:-]{0,8})/;
const LEVEL_WORD =
  /(?<![\w$-])(?:trace|trce|trc|debug[1-5]?|debu|dbug|dbg|verbose|finest|finer|fine|info|information|inf|notice|warn|warning|wrn|error|erro|err|severe|fail|critical|crit|fatal|fata|ftl|panic|alert|emerg|emergency)(?![\w$])/gi;
const TORNADO = /^\[([DIWECF])[ \]]/;

/**
 * The level a plain line states, or undefined when it states none or two different ones at places of equal weight.
 * `text` has no terminal sequences; only its beginning is looked at.
 */
export function levelOfText(text: string): Level | undefined {
  const head = text.length > MAX_LOOK ? text.slice(0, MAX_LOOK) : text;
  LEVEL_WORD.lastIndex = 0;
  let match = LEVEL_WORD.exec(head);
  if (match === null) return levelOfLetter(head);
  const start = LEADING_TIME.exec(head)?.[0].length ?? 0;
  let best = KINDS.length;
  let found: Level | undefined;
  for (; match !== null; match = LEVEL_WORD.exec(head)) {
    const kind = kindOf({ head, start, at: match.index, word: match[0] });
    if (kind < 0 || kind > best) continue;
    const level = levelOfWord(match[0]);
    if (kind === 0) return level;
    found = kind < best || found === level ? level : undefined;
    best = kind;
  }
  return found;
}

function levelOfLetter(head: string): Level | undefined {
  const letter = TORNADO.exec(head)?.[1];
  return letter === undefined ? undefined : levelOfWord(letter);
}

/** A level word of a line; `start` is where the leading time ends. */
type Place = { head: string; start: number; at: number; word: string };

const before = ({ head, at }: Place): string => head.charAt(at - 1);
const after = ({ head, at, word }: Place): string => head.charAt(at + word.length);
const rest = ({ head, at, word }: Place): string => head.slice(at + word.length, at + word.length + 9);
const isUpperCase = ({ word }: Place): boolean => word === word.toUpperCase();
const isBlank = (char: string): boolean => char === ' ' || char === '\t' || char === '';

/**
 * Where a level word may stand to be the line's level, surest kind first; the surest one that occurs decides.
 */
const KINDS: readonly ((place: Place) => boolean)[] = [
  isPrefix,
  isBracketed,
  isTagged,
  // "ERROR"
  place => before(place) === after(place) && (after(place) === '"' || after(place) === "'"),
  // sshd[7]: error: …
  place => after(place) === ':' && isBlank(before(place)),
  place =>
    isUpperCase(place) && isBlank(before(place)) && (after(place) === '' || ' \t!-|/'.includes(after(place))),
  beginsSentence,
];

const kindOf = (place: Place): number => (place.at < place.start ? -1 : KINDS.findIndex(is => is(place)));

/** At the beginning a level is one in any case before a delimiter, but before a mere space only in capitals. */
function isPrefix(place: Place): boolean {
  if (place.at === place.start + 1) return isBracketed(place);
  if (place.at !== place.start) return false;
  const next = after(place);
  if (isUpperCase(place)) return next === '' || ':]>)|\t [/,!'.includes(next);
  return next === ' ' ? /^ {1,8}(?:[-|[(]|$)/.test(rest(place)) : next !== '' && ':]>)|\t[/,!'.includes(next);
}

/** `[error]`, `<error>`, `(error)`, `| ERROR   |`. */
function isBracketed(place: Place): boolean {
  const opening = before(place);
  if (opening === ' ') return /^ {0,6}\|/.test(rest(place));
  return opening !== '' && '[<(|{'.includes(opening) && /^ {0,6}[\]>)|}/]/.test(rest(place));
}

/** `[core:error]`, `app.ERROR:`, `level=error`, `severity: error`. */
function isTagged(place: Place): boolean {
  const { head, at } = place;
  const opening = before(place);
  if (opening === ':' && after(place) === ']') return true;
  if (opening === '.' && after(place) === ':') return isUpperCase(place);
  return (
    opening !== '' &&
    '=:" '.includes(opening) &&
    /(?:level|lvl|severity)["']?[=:] ?["']?$/i.test(head.slice(Math.max(0, at - 16), at))
  );
}

/** "Error connecting to …" states one, "Info about …" does not. */
function beginsSentence(place: Place): boolean {
  return (
    place.at === place.start &&
    after(place) === ' ' &&
    /^(?:error|fatal|panic|warning|critical)$/i.test(place.word)
  );
}
