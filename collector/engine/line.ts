/**
 * One complete line of one stream of one container.
 * `stamp`: the engine's own, 30 characters (`2026-11-22T10:41:07.123456789Z`), of the line's first fragment.
 * `ordinal`: place in a contiguous run of equal stamps of the stream. `stream`: 1 stdout, 2 stderr.
 * `bytes`: size of the original text without its line end. `flags`: bits LINE_* of `#contract/batch.ts`.
 */
export type Line = {
  stamp: string;
  ordinal: number;
  stream: 1 | 2;
  text: string;
  bytes: number;
  flags: number;
};
