/**
 * The unit of bytes on disk: one run that is packed, checked and read as a whole.
 *
 *     u8 codec (0 as it is, 1 zstd), u32 length of the content, u32 CRC-32 of these five bytes and of what follows,
 *     then the content, packed by the codec; little-endian
 *
 * A flipped bit anywhere in a section makes reading it throw `DamagedError`; it never yields other bytes.
 */
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { DamagedError } from './store-error.ts';

const PLAIN = 0;
const ZSTD = 1;
const HEAD_BYTES = 9;
/** What is shorter is not worth the twenty microseconds that unpacking takes. */
const LEAST_PACKED_BYTES = 128;
/** Far above any content that is written (image.ts), and a bound for what a damaged length can ask for. */
const MAX_CONTENT_BYTES = 2 ** 28;

/** `level`: of zstd; 0 keeps the content as it is, as does content that does not shrink. */
export function toSection(content: Uint8Array, level: number): Buffer {
  const packed = level === 0 || content.length < LEAST_PACKED_BYTES ? content : pack(content, level);
  const isPacked = packed.length < content.length;
  const body = isPacked ? packed : content;
  const section = Buffer.allocUnsafe(HEAD_BYTES + body.length);
  section[0] = isPacked ? ZSTD : PLAIN;
  section.writeUInt32LE(content.length, 1);
  section.set(body, HEAD_BYTES);
  section.writeUInt32LE(checksumOf(section), 5);
  return section;
}

/** The content of a section; may share memory with it. Throws `DamagedError`. */
export function contentOf(section: Buffer): Buffer {
  if (section.length < HEAD_BYTES || section.readUInt32LE(5) !== checksumOf(section))
    throw new DamagedError('a section does not have its checksum');
  const length = section.readUInt32LE(1);
  const body = section.subarray(HEAD_BYTES);
  if (section[0] === PLAIN && body.length === length) return body;
  if (section[0] !== ZSTD || length > MAX_CONTENT_BYTES)
    throw new DamagedError(`a section has codec ${section[0]}, which is unknown`);
  const content = unpack(body, length);
  if (content.length !== length) throw new DamagedError('a section does not have its length');
  return content;
}

const checksumOf = (section: Buffer): number =>
  crc32(section.subarray(HEAD_BYTES), crc32(section.subarray(0, 5)));

function pack(content: Uint8Array, level: number): Buffer {
  return zstdCompressSync(content, { params: { [constants.ZSTD_c_compressionLevel]: level } });
}

/** With the length known, Node writes into one buffer instead of joining many (a third of the time at 100 KB). */
function unpack(body: Buffer, length: number): Buffer {
  try {
    return zstdDecompressSync(body, { chunkSize: Math.max(64, length), maxOutputLength: MAX_CONTENT_BYTES });
  } catch (cause) {
    throw new DamagedError('a section cannot be unpacked', { cause });
  }
}
