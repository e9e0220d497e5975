/** `quaylog password`: a password in, its hash out, for QUAYLOG_PASSWORD. What is typed is shown nowhere and kept nowhere. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { CliError, EXIT } from './cli-error.ts';
import { importProgram } from './import-program.ts';
import { openOutput } from './output.ts';

const SHORTEST = 8;

export function addPasswordCommand(program: Command): void {
  program
    .command('password')
    .description(
      'Ask for a password and print its argon2id hash, for QUAYLOG_PASSWORD or a file that QUAYLOG_PASSWORD_FILE names.',
    )
    .action(() => printHash());
}

async function printHash(): Promise<void> {
  const password = process.stdin.isTTY ? await askTwice() : await firstLine();
  if (password.length < SHORTEST)
    throw new CliError(
      `a password has ${SHORTEST} characters or more; this one has ${password.length}`,
      EXIT.usage,
    );
  const { hashPassword } = await importProgram('indexer');
  await openOutput().line(await hashPassword(password));
}

async function askTwice(): Promise<string> {
  const first = await askSilently('Password: ');
  if ((await askSilently('Again: ')) !== first)
    throw new CliError('the two are not the same: nothing was printed', EXIT.usage);
  return first;
}

/** The terminal gives what is typed to us instead of showing it; what we would show in turn goes nowhere. */
async function askSilently(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // Only now: what is typed before the terminal is ours would be shown.
  process.stderr.write(question);
  const interrupted = new Promise<never>((_, stop) => {
    lines.once('SIGINT', () => stop(new CliError('interrupted: nothing was printed')));
    lines.once('close', () => stop(new CliError('no password was given', EXIT.usage)));
  });
  try {
    return await Promise.race([lines.question(''), interrupted]);
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

async function firstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return '';
}
