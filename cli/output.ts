/** Standard output of a command: keeps to the reader's pace, and ends quietly when the reader goes (`| head`). */
import { once } from 'node:events';

export type Output = {
  isTerminal: boolean;
  /** Resolves when the next line may be written. */
  line: (text: string) => Promise<void>;
};

export function openOutput(): Output {
  const { stdout } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  return {
    isTerminal: stdout.isTTY,
    async line(text) {
      if (!stdout.write(`${text}\n`)) await once(stdout, 'drain');
    },
  };
}
