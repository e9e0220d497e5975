/** Exit codes in words. 125–127 are the engine's and the shell's, 128 + n is death by signal n (signal(7), bash(1)). */

export const SIGNAL = { HUP: 1, INT: 2, QUIT: 3, KILL: 9, TERM: 15 } as const;

/** Linux numbers, which are those of the host whatever machine reads this. */
const SIGNALS = new Map<number, [name: string, meaning: string]>([
  [1, ['SIGHUP', 'hang-up or reload']],
  [2, ['SIGINT', 'interrupted']],
  [3, ['SIGQUIT', 'quit']],
  [4, ['SIGILL', 'illegal instruction']],
  [5, ['SIGTRAP', 'trace trap']],
  [6, ['SIGABRT', 'it aborted itself']],
  [7, ['SIGBUS', 'bad memory access']],
  [8, ['SIGFPE', 'arithmetic fault']],
  [9, ['SIGKILL', 'killed at once, without a chance to clean up']],
  [10, ['SIGUSR1', 'user signal 1']],
  [11, ['SIGSEGV', 'memory access outside its own']],
  [12, ['SIGUSR2', 'user signal 2']],
  [13, ['SIGPIPE', 'wrote to a closed pipe']],
  [14, ['SIGALRM', 'its own alarm went off']],
  [15, ['SIGTERM', 'asked to end']],
  [24, ['SIGXCPU', 'CPU time limit']],
  [25, ['SIGXFSZ', 'file size limit']],
  [28, ['SIGWINCH', 'window size changed']],
  [31, ['SIGSYS', 'forbidden system call']],
]);

const CODES = new Map<number, string>([
  [0, 'ended by itself, without an error'],
  [1, 'general error, as the application says'],
  [2, 'wrong usage, or an error, as the application says'],
  [125, 'the engine could not run it'],
  [126, 'its command was found but could not be executed'],
  [127, 'its command was not found'],
  [255, 'the application answered −1, or the engine lost sight of it'],
]);

/** `SIGTERM` for 15; `signal 40` for one without a name of its own. */
export const signalName = (signal: number): string => SIGNALS.get(signal)?.[0] ?? `signal ${signal}`;

/** The signal that an exit code tells of, if it does. */
export function signalOf(exitCode: number): number | undefined {
  return exitCode > 128 && exitCode <= 128 + 64 ? exitCode - 128 : undefined;
}

/** `137 = SIGKILL: killed at once, without a chance to clean up`. */
export function exitMeaning(exitCode: number): string {
  const signal = signalOf(exitCode);
  const known = signal === undefined ? undefined : SIGNALS.get(signal);
  if (known) return `${exitCode} = ${known[0]}: ${known[1]}`;
  if (signal !== undefined) return `${exitCode} = killed by signal ${signal}`;
  return `${exitCode} = ${CODES.get(exitCode) ?? 'an error of the application’s own'}`;
}
