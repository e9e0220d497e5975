/** The body of a batch as it was before it was packed, and never more of it than a batch may have. */
import { Transform, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { QuaylogError } from '#contract/quaylog-error.ts';

export const MAX_BATCH_BYTES = 64 * 2 ** 20;
/** Logs pack 5 to 50 times; one line of 16 MiB of one letter 10,000 times, so that only beyond it the ratio is judged. */
const MAX_RATIO = 200;
const FREE_OF_RATIO_BYTES = 20 * 2 ** 20;

/** `Content-Encoding` → what undoes it. */
const UNPACK = {
  zstd: () => createZstdDecompress(),
  gzip: () => createGunzip(),
} as const;

type Inflated = Readable & { receivedEncodedLength?: number };

/**
 * The stream that a body parser reads instead of `body`. It ends with `batch_too_large` as soon as it is too much, before
 * that is in memory; with `bad_batch` when it does not unpack. `onBytes` hears of every piece and may throw as well.
 */
export function inflate(
  body: Readable,
  encoding: string | undefined,
  onBytes: (bytes: number) => void,
): Inflated {
  const unpack = encoding === undefined || encoding === 'identity' ? null : unpackerOf(encoding);
  let packedBytes = 0;
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > MAX_BATCH_BYTES) throw tooLarge();
    if (unpack && bytes > FREE_OF_RATIO_BYTES && bytes > packedBytes * MAX_RATIO) throw tooLarge();
    onBytes(chunk.length);
  };
  const bounded: Transform & Inflated = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        count(chunk);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
  body.on('data', (chunk: Buffer) => {
    packedBytes += chunk.length;
    // Fastify compares it with Content-Length.
    bounded.receivedEncodedLength = packedBytes;
  });
  const source = unpack === null ? body : body.pipe(unpack);
  source.pipe(bounded);
  body.once('error', cause => bounded.destroy(cause));
  unpack?.once('error', cause => bounded.destroy(notPacked(cause, encoding)));
  bounded.once('error', () => {
    unpack?.destroy();
    // Not destroyed, which would end the connection before the answer: what still comes goes nowhere.
    body.unpipe().resume();
  });
  return bounded;
}

function unpackerOf(encoding: string): Transform {
  if (Object.hasOwn(UNPACK, encoding)) return UNPACK[encoding as keyof typeof UNPACK]();
  throw new QuaylogError('bad_batch', `A batch cannot come as content-encoding: ${encoding}.`, {
    hint: `It may be ${Object.keys(UNPACK).join(', ')}, or not packed at all.`,
  });
}

const tooLarge = (): QuaylogError =>
  new QuaylogError('batch_too_large', 'The batch is larger than 64 MiB, or packed so as to look small.');

const notPacked = (cause: Error, encoding = ''): QuaylogError =>
  new QuaylogError('bad_batch', `The body does not unpack as ${encoding}: ${cause.message}.`, { cause });
