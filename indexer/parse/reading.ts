/** The state of reading one line's fields: what was found for each role, and what stays the application's own. */
import type { Role } from './fields.ts';

export type Fields = Record<string, unknown>;
export type Scalar = string | number | boolean;

/** A value found for a role, and the name it had: what cannot be used goes back under that name. */
export type Slot = { path: string; value: Scalar; rank: number; isLoose: boolean };

export type Reading = {
  /** The line's fields as they came. */
  fields: Fields;
  slots: Partial<Record<Role, Slot>>;
  app: Fields;
  /** Keys seen so far, at all depths. */
  keys: number;
};

/** Offers the slot's value; unless `use` makes something of it, it stays the application's own. */
export function take(
  reading: Reading,
  slot: Slot | undefined,
  use: (value: Scalar, path: string) => unknown,
): void {
  if (slot === undefined) return;
  const used = use(slot.value, slot.path);
  if (used === undefined || used === false) giveBack(reading, slot);
}

export function giveBack(reading: Reading, slot: Slot): void {
  reading.app[slot.path] = slot.value;
}

export const has = (reading: Reading, name: string): boolean => Object.hasOwn(reading.fields, name);
