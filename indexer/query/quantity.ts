/** Numbers in ranges, with or without a unit: `250`, `-1.5e3`, `250ms`, `1.5MB`. */
import { fieldOf } from './fields.ts';

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const WITH_UNIT = /^(-?\d+(?:\.\d+)?) ?([a-zA-Zµμ]+)$/;

const MILLISECONDS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Powers of ten without `i`, of two with it. */
const BYTES: ReadonlyMap<string, number> = new Map([
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['tb', 1e12],
  ['kib', 2 ** 10],
  ['mib', 2 ** 20],
  ['gib', 2 ** 30],
  ['tib', 2 ** 40],
]);

/** The last word of a name that tells what its plain numbers count: `duration_s`, `elapsedSeconds`, `took_ns`. */
const NAMED_UNITS: readonly [RegExp, number][] = [
  [/(?:_|\b)(?:ns|nanos|nanoseconds)$|[a-z](?:Ns|Nanos|Nanoseconds)$/, 1e-6],
  [/(?:_|\b)(?:us|micros|microseconds)$|[a-z](?:Us|Micros|Microseconds)$/, 1e-3],
  [/(?:_|\b)(?:s|secs?|seconds)$|[a-z](?:Secs?|Seconds)$/, 1_000],
];

/** The number that a whole text is, without units. */
export function toNumber(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/**
 * The number that a whole text is in the unit of a field: milliseconds and bytes, unless the field's name says
 * otherwise. `undefined` when it is not a number, or its unit cannot be the field's.
 */
export function toQuantity(text: string, field: string): number | undefined {
  const plain = toNumber(text);
  if (plain !== undefined) return plain;
  const [, digits, unit] = WITH_UNIT.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const factor = factorOf(unit, field);
  // Twelve digits hide the binary error of `1.1s`; no clock or disk is read more exactly.
  return factor === undefined ? undefined : Number((Number(digits) * factor).toPrecision(12));
}

function factorOf(unit: string, field: string): number | undefined {
  const { type, unit: fieldUnit } = fieldOf(field);
  const bytes = BYTES.get(unit.toLowerCase());
  if (bytes !== undefined) return type === 'number' && fieldUnit !== 'bytes' ? undefined : bytes;
  const milliseconds = MILLISECONDS.get(unit);
  if (milliseconds === undefined || type === 'number') return undefined;
  const named = NAMED_UNITS.find(([name]) => name.test(field));
  return milliseconds / (named?.[1] ?? 1);
}
