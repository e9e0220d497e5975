/** CRC-32 over what a row means, so that a flipped bit is never shown as somebody's log. (Blocks and packs: section.ts.) */
import { crc32 } from 'node:zlib';
import type { KindCodes } from './kind.ts';
import { DamagedError } from './store-error.ts';

/** `number`: of the source a document is, or is from. */
export const checksumOfDocument = (document: string, number: number): number => crc32(document, number);

type KindRow = { kind: number; source: number; key: string | null } & KindCodes;

/** Kinds of format 1 have no key. */
export const checksumOfKind = ({ kind, source, stream, level, levelSource, key }: KindRow): number =>
  crc32(JSON.stringify([kind, source, stream, level, levelSource, ...(key === null ? [] : [key])]));

/** Throws `DamagedError`. */
export function verify(stored: unknown, computed: number, what: string): void {
  if (stored !== computed) throw new DamagedError(`${what} does not have its checksum`);
}
