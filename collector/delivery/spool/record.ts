/**
 * One batch as it lies in a segment of the spool. Format, little endian:
 *
 *     0  4  magic F5 51 4C 01      (F5 is in no UTF-8 text)
 *     4  8  number of the batch
 *    12  4  bytes of the note
 *    16  4  bytes of the body
 *    20  4  CRC-32 of the note
 *    24  4  CRC-32 of the body
 *    28  4  CRC-32 of the 28 bytes before
 *    32  …  note: JSON of a `BatchNote`, so that what a batch accounts for cannot part from what it holds
 *     …  …  body: JSON of its content, the same bytes that are sent
 *
 * Invariants (spool.invariants.test.ts):
 * 1. A record is taken as it was written or not at all: all three checksums fit, and its number is above those before it.
 * 2. Behind damage the next whole record is found again by its magic: what lies between is damaged, nothing else.
 * 3. Bytes after the last whole record are a write that did not end: they are cut, whatever they are.
 */
import { crc32 } from 'node:zlib';

export const HEADER_BYTES = 32;
const MAGIC = Buffer.from([0xf5, 0x51, 0x4c, 0x01]);
const CHECKED_BYTES = HEADER_BYTES - 4;

export type RecordHeader = {
  /** Number of the batch: batches are numbered without holes, so that a hole is a loss. */
  seq: number;
  noteBytes: number;
  bodyBytes: number;
  noteSum: number;
  bodySum: number;
};

/** A record found at `at`; `note` is checked. */
export type FoundRecord = { at: number; header: RecordHeader; note: Buffer };

/** Bytes that are no whole record. `notes`: of records among them whose note can still be trusted. */
export type DamagedRange = { at: number; bytes: number; notes: { seq: number; note: Buffer }[] };

export const recordBytes = ({ noteBytes, bodyBytes }: RecordHeader): number =>
  HEADER_BYTES + noteBytes + bodyBytes;

export function encodeHeader(seq: number, note: Buffer, body: Buffer): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeBigUInt64LE(BigInt(seq), 4);
  header.writeUInt32LE(note.length, 12);
  header.writeUInt32LE(body.length, 16);
  header.writeUInt32LE(crc32(note), 20);
  header.writeUInt32LE(crc32(body), 24);
  header.writeUInt32LE(crc32(header.subarray(0, CHECKED_BYTES)), CHECKED_BYTES);
  return header;
}

/** Null when no header that checks stands there. */
export function decodeHeader(bytes: Buffer, at: number): RecordHeader | null {
  if (at + HEADER_BYTES > bytes.length || !MAGIC.equals(bytes.subarray(at, at + 4))) return null;
  if (crc32(bytes.subarray(at, at + CHECKED_BYTES)) !== bytes.readUInt32LE(at + CHECKED_BYTES)) return null;
  return {
    seq: Number(bytes.readBigUInt64LE(at + 4)),
    noteBytes: bytes.readUInt32LE(at + 12),
    bodyBytes: bytes.readUInt32LE(at + 16),
    noteSum: bytes.readUInt32LE(at + 20),
    bodySum: bytes.readUInt32LE(at + 24),
  };
}

/** Note and body of the record that `bytes` begin with; null for a part that does not check. */
export function openRecord(
  bytes: Buffer,
  header: RecordHeader,
): { note: Buffer | null; body: Buffer | null } {
  const bodyAt = HEADER_BYTES + header.noteBytes;
  const note = bytes.subarray(HEADER_BYTES, bodyAt);
  const body = bytes.subarray(bodyAt, bodyAt + header.bodyBytes);
  return {
    note: note.length === header.noteBytes && crc32(note) === header.noteSum ? note : null,
    body: body.length === header.bodyBytes && crc32(body) === header.bodySum ? body : null,
  };
}

export type Scan = {
  records: FoundRecord[];
  damaged: DamagedRange[];
  /** What follows the last whole record. */
  tail: DamagedRange;
};

/** What a whole segment holds. `after`: number of the last record before this segment. */
export function scanSegment(bytes: Buffer, after: number): Scan {
  const records: FoundRecord[] = [];
  const damaged: DamagedRange[] = [];
  let [at, last] = [0, after];
  for (;;) {
    const found = nextRecord(bytes, at, last);
    if (found === null) return { records, damaged, tail: damagedRange(bytes, at, bytes.length) };
    if (found.at > at) damaged.push(damagedRange(bytes, at, found.at));
    records.push(found);
    last = found.header.seq;
    at = found.at + recordBytes(found.header);
  }
}

function nextRecord(bytes: Buffer, from: number, after: number): FoundRecord | null {
  for (let at = bytes.indexOf(MAGIC, from); at !== -1; at = bytes.indexOf(MAGIC, at + 1)) {
    const header = decodeHeader(bytes, at);
    if (header === null || header.seq <= after) continue;
    const { note, body } = openRecord(bytes.subarray(at), header);
    if (note !== null && body !== null) return { at, header, note };
  }
  return null;
}

function damagedRange(bytes: Buffer, at: number, end: number): DamagedRange {
  const notes: DamagedRange['notes'] = [];
  const range = bytes.subarray(0, end);
  for (let found = range.indexOf(MAGIC, at); found !== -1; found = range.indexOf(MAGIC, found + 1)) {
    const header = decodeHeader(range, found);
    const note = header && openRecord(range.subarray(found), header).note;
    if (header && note) notes.push({ seq: header.seq, note });
  }
  return { at, bytes: end - at, notes };
}
