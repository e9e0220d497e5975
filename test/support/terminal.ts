/** A command on a pseudo-terminal, by script(1) of util-linux, which every Debian has. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { ROOT } from './program.ts';

/** What `quaylog ARGS` prints onto a terminal. */
export async function runOnTerminal(args: string[], env: Record<string, string>): Promise<string> {
  const command = [process.execPath, join(ROOT, 'cli/quaylog.ts'), ...args].map(quoted).join(' ');
  const { stdout } = await promisify(execFile)('script', ['-qec', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], TERM: 'xterm-256color', ...env },
  });
  return stdout;
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
