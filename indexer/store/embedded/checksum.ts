/** CRC-32 over what a row means, so that a flipped bit is never shown as somebody's log. */
import { crc32 } from 'node:zlib';
import { DamagedError } from './hour-file.ts';
import type { KindCodes } from './record-row.ts';

type RecordParts = { id: Uint8Array; kind: number; message: string; rest: string };

export const checksumOfRecord = ({ id, kind, message, rest }: RecordParts): number =>
  crc32(message, crc32(rest, crc32(id, kind)));

/** `number`: of the source a document is, or is from. */
export const checksumOfDocument = (document: string, number: number): number => crc32(document, number);

type KindParts = { kind: number; source: number } & KindCodes;

export const checksumOfKind = ({ kind, source, stream, level, levelSource }: KindParts): number =>
  crc32(JSON.stringify([kind, source, stream, level, levelSource]));

/** Throws `DamagedError`. */
export function verify(stored: unknown, computed: number, what: string): void {
  if (stored !== computed) throw new DamagedError(`${what} does not have its checksum`);
}
