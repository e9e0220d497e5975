/** Keeps a child program running: one that dies is started again, later each time, until it is told to stop. */
import { spawn, type ChildProcess } from 'node:child_process';
import { EXIT } from './cli-error.ts';

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;
/** A child that lived this long starts again without delay growing further. */
const HEALTHY_AFTER_MS = 30_000;
/** Programs stop by themselves within 10 s (their own deadline); this is for one that hangs. */
const KILL_AFTER_MS = 12_000;

export type ChildProgram = {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  onOutput?: (chunk: Buffer) => void;
};

export type Supervised = {
  /** Resolves with the exit code when the child gave up for good: it said that its settings are wrong. */
  gaveUp: Promise<number>;
  stop: () => Promise<void>;
};

export function supervise(program: ChildProgram, remark: (text: string) => void): Supervised {
  let child: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let stopping = false;
  let quickDeaths = 0;
  let giveUp: (exitCode: number) => void;
  const gaveUp = new Promise<number>(resolve => (giveUp = resolve));

  const start = (): void => {
    const startedAt = Date.now();
    child = launch(program);
    child.once('error', error => remark(`cannot start the ${program.name}: ${error.message}`));
    child.once('exit', (code, signal) => {
      if (stopping) return;
      if (code === EXIT.usage) {
        giveUp(code);
        return;
      }
      quickDeaths = Date.now() - startedAt > HEALTHY_AFTER_MS ? 0 : quickDeaths + 1;
      const delayMs = restartDelay(quickDeaths);
      remark(
        `the ${program.name} ended (${signal ?? `exit code ${code ?? '?'}`}); starting it again in ${delayMs} ms`,
      );
      restart = setTimeout(start, delayMs);
    });
  };
  start();

  return {
    gaveUp,
    async stop() {
      stopping = true;
      clearTimeout(restart);
      if (child) await end(child);
    },
  };
}

/** Doubles with every quick death, up to ten seconds. */
export const restartDelay = (quickDeaths: number): number =>
  Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, quickDeaths - 1));

/** The IPC channel carries nothing: its end tells the child that we are gone, even if we were killed. */
function launch({ command, args, env, onOutput }: ChildProgram): ChildProcess {
  const child = spawn(command, args, {
    env,
    stdio: ['ignore', 'inherit', onOutput ? 'pipe' : 'inherit', 'ipc'],
  });
  if (onOutput) child.stderr?.on('data', onOutput);
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>(done => child.once('exit', () => done()));
  child.kill('SIGTERM');
  const hangs = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  await ended;
  clearTimeout(hangs);
}
