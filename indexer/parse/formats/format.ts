import type { Parsed } from '../parsed.ts';

/** A text format known by its shape. `text` is one line of at most 32 KiB; null: it is not of this format. Never throws. */
export type Format = (text: string) => Parsed | null;
