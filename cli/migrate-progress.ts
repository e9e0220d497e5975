/** How a migration goes on, on stderr: on a terminal one line that changes, elsewhere a line now and then. */
import type { MigrationProgress } from '#contract/migration.ts';

export type ProgressScreen = {
  show: (progress: MigrationProgress) => void;
  /** A line of its own. */
  remark: (text: string) => void;
  /** The last word, and the cursor on a line of its own. */
  end: () => void;
};

export type ScreenOptions = {
  isTerminal: boolean;
  write: (text: string) => void;
  /** In ms; only differences count. */
  now: () => number;
};

const EVERY_MS = { terminal: 200, elsewhere: 10_000 };
const CLEAR_LINE = '\r\u001b[K';

export function openProgressScreen({ isTerminal, write, now }: ScreenOptions): ProgressScreen {
  const everyMs = isTerminal ? EVERY_MS.terminal : EVERY_MS.elsewhere;
  let first: { done: number; atMs: number } | undefined;
  let last: MigrationProgress | undefined;
  let shownMs = -Infinity;

  function draw(): void {
    if (!first || !last) return;
    shownMs = now();
    const text = describeProgress(last, { done: last.done - first.done, ms: shownMs - first.atMs });
    write(isTerminal ? `${CLEAR_LINE}${text}` : `${text}\n`);
  }

  return {
    show(progress) {
      // What was migrated before says nothing about the rate.
      first ??= { done: progress.done, atMs: now() };
      last = progress;
      if (now() - shownMs >= everyMs) draw();
    },
    remark(text) {
      write(`${isTerminal ? CLEAR_LINE : ''}quaylog: ${text}\n`);
    },
    end() {
      draw();
      if (isTerminal && last) write('\n');
    },
  };
}

/** `since`: what was done in this run, and for how long it runs. */
export function describeProgress(
  { hour, done, total }: MigrationProgress,
  since: { done: number; ms: number },
): string {
  const percent = total === 0 ? 100 : Math.floor((done / total) * 1_000) / 10;
  const perSecond = since.ms < 1 ? 0 : (since.done / since.ms) * 1_000;
  const rest = total - done;
  const pace =
    perSecond === 0
      ? ''
      : `, ${number(Math.round(perSecond))}/s${rest > 0 ? `, ${duration(rest / perSecond)} to go` : ''}`;
  return `${hour}  ${number(done)} of ${number(total)} (${percent.toFixed(1)} %)${pace}`;
}

const number = (value: number): string => value.toLocaleString('en');

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
