/** A program of ours as a child process, whose end and output a test can wait for. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { eventually } from './eventually.ts';

export const ROOT = resolve(import.meta.dirname, '../..');

export type Program = {
  pid: number;
  /** Both streams as they came. */
  output: () => string;
  stdout: () => string;
  isRunning: () => boolean;
  /** Waits for the end without asking for it. */
  exitCode: () => Promise<number | null>;
  /** Ends it at once, as a power cut would, and waits until it is gone. */
  kill: (signal?: NodeJS.Signals) => Promise<number | null>;
};

export type ProgramOptions = {
  args: string[];
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** The file to run. Default: the command as it lies in the sources. */
  file?: string;
};

const COMMAND = join(ROOT, 'cli/quaylog.ts');

/** Of a program's output only the end is kept. */
const MAX_OUTPUT = 2 ** 20;

/** `quaylog ARGS`, with only the environment a fresh shell has, plus `env`. */
export function startProgram({ args, env = {}, cwd = ROOT, file = COMMAND }: ProgramOptions): Program {
  const child = spawn(process.execPath, [file, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let stdout = '';
  const collect = (chunk: string) => (output = (output + chunk).slice(-MAX_OUTPUT));
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    collect(chunk);
    stdout = (stdout + chunk).slice(-MAX_OUTPUT);
  });
  child.stderr.setEncoding('utf8').on('data', collect);
  const ended = new Promise<number | null>(done => child.once('exit', code => done(code)));
  endWithTests(child);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    stdout: () => stdout,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    exitCode: () => ended,
    kill(signal = 'SIGKILL') {
      child.kill(signal);
      return ended;
    },
  };
}

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach(one => one.kill('SIGKILL')));

function endWithTests(child: ChildProcess): void {
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

/** Until an indexer is ready and a collector has reported to it. */
export const untilCollecting = (url: string, program: Program): Promise<void> =>
  untilAnswers(`${url}/readyz`, program, '"collecting":true');

/** `says`: what the answer must have in it. Rejects with the program's output when it ends instead. */
export async function untilAnswers(url: string, program: Program, says = ''): Promise<void> {
  const ended = program.exitCode().then(code => {
    throw new Error(`the program ended with ${code}:\n${program.output()}`);
  });
  const isSaid = async () => {
    const response = await fetch(url);
    return (await response.text()).includes(says) && response.ok;
  };
  const answered = eventually(isSaid, { what: `${url} answers 200 ${says}`, withinMs: 60_000 });
  await Promise.race([answered, ended]);
}
