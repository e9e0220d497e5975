/** A program of ours as a child process, whose end and output a test can wait for. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { eventually } from './eventually.ts';

export const ROOT = resolve(import.meta.dirname, '../..');

export type Program = {
  pid: number;
  output: () => string;
  /** Waits for the end without asking for it. */
  exitCode: () => Promise<number | null>;
  /** Ends it at once, as a power cut would, and waits until it is gone. */
  kill: (signal?: NodeJS.Signals) => Promise<number | null>;
};

export type ProgramOptions = { args: string[]; env?: Record<string, string | undefined>; cwd?: string };

/** `quaylog ARGS`, with only the environment a fresh shell has, plus `env`. */
export function startProgram({ args, env = {}, cwd = ROOT }: ProgramOptions): Program {
  const child = spawn(process.execPath, [join(ROOT, 'cli/quaylog.ts'), ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-200_000));
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<number | null>(done => child.once('exit', code => done(code)));
  endWithTests(child);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    exitCode: () => ended,
    kill(signal = 'SIGKILL') {
      child.kill(signal);
      return ended;
    },
  };
}

const running = new Set<ChildProcess>();
function endWithTests(child: ChildProcess): void {
  if (running.size === 0) process.once('exit', () => running.forEach(one => one.kill('SIGKILL')));
  running.add(child);
  child.once('exit', () => running.delete(child));
}

export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => done(port));
    });
  });
}

export async function untilAnswers(url: string, program: Program): Promise<void> {
  await eventually(async () => (await fetch(url)).ok, {
    what: `${url} answers 200; output:\n${program.output()}`,
    withinMs: 120_000,
  });
}
