/**
 * Reads the log of one container for as long as it exists. The order of things: what is there is read to its end, then followed;
 * when a follow ends it is read again without following, until a read adds nothing, because an engine ends follows early and calls
 * that a clean end (seen on 20.10: after 11 to 30 thousand of 100 thousand lines). Then the tail sleeps until the container starts.
 */
import type { Logger } from 'pino';
import { stampOf } from '#contract/stamp.ts';
import { backoffMs, pause } from '../backoff.ts';
import type { Counters } from '../counters.ts';
import type { LogCursor } from '../cursor/cursor.ts';
import { EngineError } from '../engine/engine-error.ts';
import type { Line } from '../engine/lines.ts';
import type { Treatment } from '../plan/treatment.ts';
import type { Slots } from '../slots.ts';
import type { GapReason } from '#contract/constants.ts';
import type { LogGap, LogSource } from '../source/log-source.ts';
import { readSince } from './log-reading.ts';
import { LogSession } from './log-session.ts';

export type TailedContainer = {
  id: string;
  source: LogSource;
  treatment?: Treatment;
  cursor: LogCursor | null;
  /** Where to begin without a cursor; null: with the first line there is. */
  historySince: string | null;
  isRunning: boolean;
  /** It has just started: followed at once if it still runs, for it may be gone before a reading of the past ends. */
  isNew: boolean;
};

/** What becomes of what a tail finds. `onUnreadable`: the log driver of the container cannot be read back. */
export type TailSink = {
  onLines: (id: string, lines: readonly Line[], cursor: LogCursor | null) => Promise<void> | undefined;
  onGap: (id: string, gap: LogGap, reason: GapReason) => void;
  onUnreadable: (id: string, reason: string) => void;
};

export type TailOptions = {
  /** Asks the engine; true when it cannot say. */
  isRunning: (id: string) => Promise<boolean>;
  maxLineBytes: number;
  /** Bounds how many logs are read from the past at the same time. */
  slots: Slots;
  sink: TailSink;
  counters: Counters;
  log: Logger;
};

export type ContainerTail = {
  /** The container has started (again). */
  wake(): void;
  /** The container has stopped, as far as anybody knows: what it left is read to the end. */
  settle(): void;
  /** The container is gone: what can still be read is read, then the tail ends. */
  retire(): void;
  stop(): Promise<void>;
  /** Resolves when nothing is read any more. */
  readonly ended: Promise<void>;
};

export function createContainerTail(container: TailedContainer, options: TailOptions): ContainerTail {
  const tail = new Tail(container, options);
  const ended = tail.run();
  return {
    ended,
    wake: () => tail.wake(),
    settle: () => tail.settle(),
    retire: () => tail.retire(),
    async stop() {
      tail.stop();
      await ended;
    },
  };
}

class Tail {
  private readonly container: TailedContainer;
  private readonly options: TailOptions;
  private readonly createdAt = stampOf(Date.now());
  private readonly stopping = new AbortController();
  private cursor: LogCursor | null;
  private isRunning: boolean;
  private isGone = false;
  /** The engine itself said so: there is nothing left to read. */
  private isMissing = false;
  private hasOpened = false;
  private failures = 0;
  /** A follow that ended, with what it held back: read again, or let out when there is nothing left to read. */
  private unfinished: LogSession | null = null;
  /** The one session on a source that keeps its place. */
  private lasting: LogSession | null = null;
  private stopped = new AbortController();
  private waking = new AbortController();

  constructor(container: TailedContainer, options: TailOptions) {
    this.container = container;
    this.options = options;
    this.cursor = container.cursor;
    this.isRunning = container.isRunning;
  }

  async run(): Promise<void> {
    if (!this.container.isNew || !this.isRunning) await this.catchUp();
    while (!this.isOver) {
      if (!this.isRunning) await this.rest(null);
      else {
        await this.follow();
        await this.lookAgain();
        await this.catchUp();
      }
    }
    this.unfinished?.discard();
    this.lasting?.discard();
  }

  wake(): void {
    this.isRunning = true;
    if (this.stopped.signal.aborted) this.stopped = new AbortController();
    this.waking.abort();
  }

  settle(): void {
    this.stopped.abort();
  }

  retire(): void {
    this.isGone = true;
    this.isRunning = false;
    this.stopped.abort();
    this.waking.abort();
  }

  stop(): void {
    this.stopping.abort();
    this.waking.abort();
  }

  private get isOver(): boolean {
    return this.stopping.signal.aborted || this.isGone;
  }

  /** Until woken, or for so many milliseconds at most. */
  private async rest(ms: number | null): Promise<void> {
    if (this.stopping.signal.aborted || (ms === null && this.isOver)) return;
    this.waking = new AbortController();
    await pause(ms ?? 2 ** 31 - 1, this.waking.signal);
  }

  /** Without following, until nothing is added; of a running container once, for the follow does the rest. */
  private catchUp(): Promise<void> {
    return this.options.slots.run(async () => {
      let added = 1;
      while (added > 0 && !this.isMissing && !this.stopping.signal.aborted) {
        added = await this.readPast();
        if (this.isRunning) return;
      }
    });
  }

  private async readPast(): Promise<number> {
    const session = this.openSession();
    const before = session.added;
    const isEnded = await this.read(session, false);
    const added = session.added - before;
    const isLast = !this.isRunning && added === 0 && !this.stopping.signal.aborted;
    if (isEnded && isLast) await session.finish();
    else this.discard(session);
    if (isEnded) return isLast ? 0 : added;
    return 1;
  }

  private async follow(): Promise<void> {
    const session = this.openSession();
    await this.read(session, true);
    if (session === this.lasting) return;
    session.pause();
    this.unfinished?.discard();
    this.unfinished = session;
  }

  /** Whether the container still runs after a follow ended, asked of the engine: events may be late or lost. */
  private async lookAgain(): Promise<void> {
    if (this.isOver) return;
    this.isRunning = false;
    if (this.stopped.signal.aborted) this.stopped = new AbortController();
    this.isRunning ||= await this.options.isRunning(this.container.id);
    if (!this.isRunning) return;
    this.options.counters.reopens++;
    await this.rest(backoffMs(this.failures++, Math.random()));
  }

  /** True when the engine came to the end of the log. Never rejects. */
  private async read(session: LogSession, follow: boolean): Promise<boolean> {
    const since = this.cursor === null ? this.container.historySince : readSince(this.cursor);
    try {
      const { signal } = this.stopping;
      const onBytes = (bytes: Buffer) => {
        this.hasOpened = true;
        return session.take(bytes);
      };
      const { counters, sink } = this.options;
      const onGap = (gap: LogGap, reason: GapReason) => {
        counters.gaps++;
        sink.onGap(this.container.id, gap, reason);
      };
      const stopped = this.stopped.signal;
      await this.container.source.read({ since, follow, signal, stopped, onBytes, onGap });
      this.hasOpened = true;
      if (session.broken !== null) throw new EngineError('broken_stream', session.broken);
      if (!follow) this.forgetUnfinished();
      return true;
    } catch (cause) {
      await this.recover(cause, session);
      return false;
    } finally {
      if (session.added > 0) this.failures = 0;
    }
  }

  private async recover(cause: unknown, session: LogSession): Promise<void> {
    if (this.stopping.signal.aborted) return;
    if (isNotFound(cause)) return this.noteGone();
    const containerId = this.container.id;
    if (cause instanceof EngineError && cause.code === 'unreadable') {
      this.options.sink.onUnreadable(containerId, cause.message);
      this.isMissing = true;
      this.retire();
      return;
    }
    if (session.broken !== null) this.options.counters.engineErrorFrames++;
    this.options.log.warn({ containerId, err: cause }, 'log could not be read, trying again');
    await this.rest(backoffMs(this.failures++, Math.random()));
  }

  private async noteGone(): Promise<void> {
    this.retire();
    this.isMissing = true;
    await (this.lasting ?? this.unfinished)?.finish();
    this.unfinished = null;
    if (this.hasOpened || this.cursor !== null) return;
    this.options.counters.gaps++;
    this.options.sink.onGap(this.container.id, { from: this.createdAt, to: stampOf(Date.now()) }, 'removed');
  }

  /** What this session holds back will be read again, unless the source goes on behind it. */
  private discard(session: LogSession): void {
    if (session !== this.lasting) session.discard();
  }

  private forgetUnfinished(): void {
    this.unfinished?.discard();
    this.unfinished = null;
  }

  private openSession(): LogSession {
    const { sink, counters, maxLineBytes } = this.options;
    const { id, source, treatment } = this.container;
    if (this.lasting !== null) return this.lasting;
    const session = new LogSession({
      joiner: source.joiner({ maxLineBytes }),
      ...(treatment === undefined ? {} : { treatment }),
      cursor: this.cursor,
      counters,
      onLines: (lines, cursor) => {
        this.cursor = cursor ?? this.cursor;
        return sink.onLines(id, lines, cursor);
      },
      onGap: gap => {
        counters.gaps++;
        sink.onGap(id, gap, 'rotated');
      },
    });
    if (source.keepsPlace) this.lasting = session;
    return session;
  }
}

const isNotFound = (cause: unknown): boolean => cause instanceof EngineError && cause.code === 'not_found';
