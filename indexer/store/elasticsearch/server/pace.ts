/** How many bulk requests are on their way at once, and how long to wait before one is tried again. */

const FEWEST = 1;
const FIRST = 2;
const MOST = 8;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;

/** One more for each round of requests that the server took as they were; half of them as soon as it pushes back. */
export class Pace {
  private width = FIRST;

  get limit(): number {
    return Math.floor(this.width);
  }

  noteTaken(): void {
    this.width = Math.min(MOST, this.width + 1 / this.width);
  }

  notePushedBack(): void {
    this.width = Math.max(FEWEST, this.width / 2);
  }
}

/**
 * Full jitter: anything up to a limit that doubles from 0.5 s to 60 s, so that what failed together does not come back together.
 * `attempts` counts from 1; `random` is in [0, 1). Never less than the server asked for.
 */
export function waitMs(attempts: number, random: number, askedMs = 0): number {
  const limit = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 10));
  return Math.max(Math.min(askedMs, LONGEST_WAIT_MS), Math.round(limit * random));
}

/** `Retry-After` in milliseconds: seconds, or a date; undefined when there is none or it is neither. */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
