/** Sets of code points, as sorted ranges `[from, to, from, to, …]` with both ends inside. Pure. */

export type CharSet = readonly number[];

const LAST = 0x10ffff;
/** Wider ranges are not folded letter by letter: they hold both cases of most letters anyway. */
const MAX_FOLDED = 1_000;

export const charSet = (...points: number[]): CharSet => points.flatMap(point => [point, point]);
export const ANY: CharSet = [0, LAST];
export const ANY_BUT_LINE_END: CharSet = [0, 9, 11, LAST];

const DIGIT: CharSet = [48, 57];
const WORD: CharSet = [48, 57, 65, 90, 95, 95, 97, 122];
const SPACE: CharSet = [9, 10, 12, 13, 32, 32];
/** `\d`, `\w`, `\s` mean ASCII, as RE2 has it. */
export const ESCAPED_SETS: Partial<Record<string, CharSet>> = {
  d: DIGIT,
  w: WORD,
  s: SPACE,
  D: negated(DIGIT),
  W: negated(WORD),
  S: negated(SPACE),
};

/** `[:alpha:]` and its like. */
export const NAMED_SETS: Partial<Record<string, CharSet>> = {
  alnum: [48, 57, 65, 90, 97, 122],
  alpha: [65, 90, 97, 122],
  ascii: [0, 127],
  blank: [9, 9, 32, 32],
  cntrl: [0, 31, 127, 127],
  digit: DIGIT,
  graph: [33, 126],
  lower: [97, 122],
  print: [32, 126],
  punct: [33, 47, 58, 64, 91, 96, 123, 126],
  space: [9, 13, 32, 32],
  upper: [65, 90],
  word: WORD,
  xdigit: [48, 57, 65, 70, 97, 102],
};

/** The only classes of Unicode there are here; each is looked up once, when a pattern first names it. */
const UNICODE: Partial<Record<string, RegExp>> = {
  L: /\p{L}/u,
  Lu: /\p{Lu}/u,
  Ll: /\p{Ll}/u,
  N: /\p{N}/u,
  Nd: /\p{Nd}/u,
  P: /\p{P}/u,
  S: /\p{S}/u,
  Z: /\p{Z}/u,
};
export const UNICODE_NAMES = Object.keys(UNICODE);
const unicodeSets = new Map<string, CharSet>();

export function unicodeSet(name: string): CharSet | undefined {
  const known = unicodeSets.get(name);
  const test = Object.hasOwn(UNICODE, name) ? UNICODE[name] : undefined;
  if (known !== undefined || test === undefined) return known;
  const ranges: number[] = [];
  for (let point = 0; point <= LAST; point++) {
    if (!test.test(String.fromCodePoint(point))) continue;
    if (ranges.at(-1) === point - 1) ranges[ranges.length - 1] = point;
    else ranges.push(point, point);
  }
  unicodeSets.set(name, ranges);
  return ranges;
}

/** Ranges in any order, also overlapping, as a set. */
export function union(...sets: CharSet[]): CharSet {
  const pairs: [number, number][] = [];
  for (const set of sets) for (let i = 0; i < set.length; i += 2) pairs.push([set[i] ?? 0, set[i + 1] ?? 0]);
  pairs.sort(([a], [b]) => a - b);
  const merged: number[] = [];
  for (const [from, to] of pairs) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last + 1) merged[merged.length - 1] = Math.max(last, to);
    else merged.push(from, to);
  }
  return merged;
}

export function negated(set: CharSet): CharSet {
  const ranges: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    const from = set[i] ?? 0;
    if (from > next) ranges.push(next, from - 1);
    next = (set[i + 1] ?? 0) + 1;
  }
  if (next <= LAST) ranges.push(next, LAST);
  return ranges;
}

/** With the other case of each of its letters. */
export function folded(set: CharSet): CharSet {
  const others: number[] = [];
  for (let i = 0; i < set.length; i += 2) {
    const [from = 0, to = 0] = [set[i], set[i + 1]];
    if (to - from > MAX_FOLDED) continue;
    for (let point = from; point <= to; point++) others.push(...otherCases(point));
  }
  return others.length === 0 ? set : union(set, charSet(...others));
}

function otherCases(point: number): number[] {
  const char = String.fromCodePoint(point);
  return [char.toLowerCase(), char.toUpperCase()]
    .filter(other => other !== char && Array.from(other).length === 1)
    .map(other => other.codePointAt(0) ?? 0);
}

export function hasChar(set: CharSet, point: number): boolean {
  for (let i = 0; i < set.length && point >= (set[i] ?? 0); i += 2)
    if (point <= (set[i + 1] ?? 0)) return true;
  return false;
}
