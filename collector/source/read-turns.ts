/** Takes turns between all files that are read: each gets one bounded read, then the next has its turn. */
import { createSlots } from '../slots.ts';

/** While one buffer is filled by the disk, another is decoded. */
const BUFFERS = 2;
export const READ_BYTES = 256 * 1024;

export type ReadTurns = {
  /** The buffer belongs to `read` until its promise settles. */
  take<T>(read: (buffer: Buffer) => Promise<T>): Promise<T>;
};

export function createReadTurns(): ReadTurns {
  const slots = createSlots(BUFFERS);
  const free: Buffer[] = [];
  return {
    take: read =>
      slots.run(async () => {
        const buffer = free.pop() ?? Buffer.allocUnsafe(READ_BYTES);
        try {
          return await read(buffer);
        } finally {
          free.push(buffer);
        }
      }),
  };
}
