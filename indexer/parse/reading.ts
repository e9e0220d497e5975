/** The state of reading one line's fields: what was found for each role, and what stays the application's own. */
import type { FieldPlace, Role } from './fields.ts';

export type Fields = Record<string, unknown>;
export type Scalar = string | number | boolean;

/** A value found for a role: what cannot be used goes back under its dotted name. */
export type Slot = { place: FieldPlace; value: Scalar };

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
  use: (value: Scalar, name: string) => unknown,
): void {
  if (slot === undefined) return;
  const used = use(slot.value, slot.place.name);
  if (used === undefined || used === false) giveBack(reading, slot);
}

export function giveBack(reading: Reading, slot: Slot): void {
  reading.app[slot.place.name] = slot.value;
}

export const has = (reading: Reading, name: string): boolean => Object.hasOwn(reading.fields, name);
