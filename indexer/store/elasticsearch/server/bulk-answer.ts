/** The answer to a bulk request, as text. Most say of each document the same: then nothing of it is parsed. Pure. */
import type { BulkItem } from './bulk-outcome.ts';

/** `stored`: of so many documents, all are stored, and new. */
export type BulkAnswer = { items?: { create: BulkItem }[] } | { stored: number };

const HEAD = '{"items":[';
const ITEM = '{"create":{"status":201}},';
const TAIL = ']}';

let expected = { stored: 0, text: '' };

/** Null for an answer that says anything else, of any document: it is to be parsed. */
export function allStored(text: string): { stored: number } | null {
  const stored = (text.length + 1 - HEAD.length - TAIL.length) / ITEM.length;
  if (stored < 1 || !Number.isInteger(stored)) return null;
  if (expected.stored !== stored) expected = { stored, text: HEAD + ITEM.repeat(stored).slice(0, -1) + TAIL };
  return text === expected.text ? { stored } : null;
}
