/**
 * Text of containers as inert spans: SGR colours become class names, other terminal escapes are left out, and control
 * characters and those that change the direction of text become visible marks. Nothing here is ever HTML.
 */

export type Span = { text: string; classes: readonly string[] };

/** CSI, OSC and the other string commands with their ends, and two-character escapes; 8-bit introducers included. */
const ESCAPE =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)|\x1b[ -/]*[0-Z\\^-~]/gu;
const SGR = /^(?:\x1b\[|\x9b)([\d;:]*)m$/;
/** C0 and C1 without tab and newline, direction overrides and isolates, and characters of no width. */
const INVISIBLE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/** Spans of a text with its colours. */
export function styledSpans(text: string): Span[] {
  const spans: Span[] = [];
  let style = PLAIN;
  let last = 0;
  for (const match of text.matchAll(ESCAPE)) {
    addMarked(spans, text.slice(last, match.index), classesOf(style));
    const codes = SGR.exec(match[0])?.[1];
    if (codes !== undefined) style = applySgr(style, codes);
    last = match.index + match[0].length;
  }
  addMarked(spans, text.slice(last), classesOf(style));
  return spans;
}

/** Spans of a text as it is: escapes too are shown, as marks. */
export function rawSpans(text: string): Span[] {
  const spans: Span[] = [];
  addMarked(spans, text, []);
  return spans;
}

/** The text without terminal escapes. */
export const stripEscapes = (text: string): string => text.replace(ESCAPE, '');

function addMarked(spans: Span[], text: string, classes: readonly string[]): void {
  if (!INVISIBLE.test(text)) {
    if (text !== '') spans.push({ text, classes });
    return;
  }
  for (const part of text.split(new RegExp(`(${INVISIBLE.source})`, 'u'))) {
    if (part === '') continue;
    const isMark = part.length === 1 && INVISIBLE.test(part);
    spans.push(isMark ? { text: markOf(part), classes: ['mark'] } : { text: part, classes });
  }
}

const C0 =
  'NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US';
const C0_NAMES = C0.split(' ');

function markOf(character: string): string {
  const code = character.charCodeAt(0);
  return C0_NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** A colour is the name of one of the eight of a terminal; finer ones are mapped to the nearest, so that contrast holds. */
type Style = { color: string; isBold: boolean; isDim: boolean; isItalic: boolean; isUnderlined: boolean };

const PLAIN: Style = { color: '', isBold: false, isDim: false, isItalic: false, isUnderlined: false };
const COLORS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

function applySgr(before: Style, codes: string): Style {
  let style = before;
  const numbers = codes.split(/[;:]/).map(Number);
  for (let i = 0; i < numbers.length; i += 1) {
    const code = numbers[i] ?? 0;
    if (code === 38 || code === 48) {
      const [color, used] = extendedColor(numbers.slice(i + 1));
      if (code === 38) style = { ...style, color };
      i += used;
    } else {
      style = applyCode(style, code);
    }
  }
  return style;
}

const CHANGES: Record<number, Partial<Style>> = {
  0: PLAIN,
  1: { isBold: true },
  2: { isDim: true },
  3: { isItalic: true },
  4: { isUnderlined: true },
  22: { isBold: false, isDim: false },
  23: { isItalic: false },
  24: { isUnderlined: false },
  39: { color: '' },
};

function applyCode(style: Style, code: number): Style {
  const change = CHANGES[code];
  if (change) return { ...style, ...change };
  if (code >= 30 && code <= 37) return { ...style, color: COLORS[code - 30] ?? '' };
  if (code >= 90 && code <= 97) return { ...style, color: COLORS[code - 90] ?? '' };
  return style;
}

/** After 38: `5;n` or `2;r;g;b`. Answers the colour and how many numbers it took. */
function extendedColor([mode, a = 0, b = 0, c = 0]: number[]): [string, number] {
  if (mode === 2) return [nearestColor(a, b, c), 4];
  if (mode !== 5) return ['', 1];
  if (a < 16) return [COLORS[a % 8] ?? '', 2];
  if (a >= 232) return [a < 244 ? 'black' : 'white', 2];
  const cube = a - 16;
  const channel = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  return [
    nearestColor(channel(Math.floor(cube / 36)), channel(Math.floor(cube / 6) % 6), channel(cube % 6)),
    2,
  ];
}

/** By hue; greys are black or white. */
function nearestColor(red: number, green: number, blue: number): string {
  const top = Math.max(red, green, blue);
  const spread = top - Math.min(red, green, blue);
  if (spread < top * 0.2) return top < 128 ? 'black' : 'white';
  const isStrong = (value: number) => top - value < spread / 2;
  return COLORS[(isStrong(red) ? 1 : 0) + (isStrong(green) ? 2 : 0) + (isStrong(blue) ? 4 : 0)] ?? '';
}

function classesOf(style: Style): string[] {
  const classes: string[] = [];
  if (style.color !== '') classes.push(style.color);
  if (style.isBold) classes.push('bold');
  if (style.isDim) classes.push('dim');
  if (style.isItalic) classes.push('italic');
  if (style.isUnderlined) classes.push('underline');
  return classes;
}

/** Control signs, and signs that turn the direction of text, as marks. */
export const visible = (text: string): string =>
  rawSpans(text)
    .map(span => span.text)
    .join('');
