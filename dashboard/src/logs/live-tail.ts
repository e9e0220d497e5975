/** The pushed side of a session: pushes become rows, drawn at most ten times a second, and every skip becomes a row too. */
import type { LogRecord } from '#contract/log-record.ts';
import type { LiveSocket, PushOf } from '../api/live-socket.ts';
import { linesIn, recordRow, skippedRow, stampOf, type LogRow } from './log-row-types.ts';
import type { LogBuffer } from './log-buffer.ts';
import { createRateMeter } from './rate-meter.ts';
import type { StateHolder } from './session-state.ts';

const FLUSH_EVERY_MS = 100;

export type Clock = {
  now: () => number;
  /** Runs something later; answers how to call it off. */
  after: (ms: number, run: () => void) => () => void;
};

export type LiveTail = {
  /** Live lines a second, over the last seconds. */
  rate: () => number;
  end: () => void;
};

type TailParts = {
  q: string;
  live: Pick<LiveSocket, 'subscribe'>;
  buffer: LogBuffer;
  state: StateHolder;
  clock: Clock;
  /** The server pushes from now on; again after each reconnect. Also when it refused, so that the page is read and says why. */
  onReady: () => void;
};

export function startLiveTail({ q, live, buffer, state, clock, onReady }: TailParts): LiveTail {
  const meter = createRateMeter(clock.now);
  let pending: LogRow[] = [];
  /** Skips told by pushes without a record to stand before. */
  let skippedSoFar = 0;
  let cancelFlush: (() => void) | undefined;

  function flush(): void {
    cancelFlush = undefined;
    const rows = pending;
    pending = [];
    const newest = rows.at(-1);
    if (!newest) return;
    buffer.push(rows);
    const lagMs = clock.now() - Date.parse(stampOf(newest));
    state.set({ received: state.get().received + linesIn(rows), lagMs });
  }

  function addHole(first: LogRecord): void {
    const before = pending.at(-1) ?? buffer.newest();
    pending.push(skippedRow(skippedSoFar, before ? stampOf(before) : first['@timestamp'], first));
    skippedSoFar = 0;
  }

  function onPush({ items, skipped }: PushOf<'records'>): void {
    meter.add(items.length + skipped);
    skippedSoFar += skipped;
    const [first] = items;
    if (!first) return;
    if (skippedSoFar > 0) addHole(first);
    for (const record of items) pending.push(recordRow(record));
    cancelFlush ??= clock.after(FLUSH_EVERY_MS, flush);
  }

  const subscription = { topic: 'records' as const, ...(q === '' ? {} : { q }) };
  const unsubscribe = live.subscribe(subscription, { onPush, onReady, onError: onReady });
  return {
    rate: () => meter.perSecond(),
    end() {
      unsubscribe();
      cancelFlush?.();
    },
  };
}
