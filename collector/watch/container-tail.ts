/**
 * Reads the log of one container for as long as it exists. The order of things: what is there is read to its end, then followed;
 * when a follow ends it is read again without following, until a read adds nothing, because an engine ends follows early and calls
 * that a clean end (seen on 20.10: after 11 to 30 thousand of 100 thousand lines). Then the tail sleeps until the container starts.
 */
import { aborted, backoffMs, pause } from '../backoff.ts';
import { EngineError } from '../engine/engine-error.ts';
import { CHECK_EVERY_MS, FollowCheck } from './follow-check.ts';
import { LogReader, type ReadHow } from './log-reader.ts';
import { isSamePlace } from './log-reading.ts';
import type { LogSession } from './log-session.ts';
import type { ContainerTail, TailedContainer, TailOptions } from './tail.ts';

const DEATH_IS_TOLD_WITHIN_MS = 2_000;
/** An engine that fails to remove a container leaves it in the middle of that, and tells nothing. */
const REMOVAL_MAY_TAKE_MS = 30_000;

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
  private readonly reader: LogReader;
  private readonly stopping = new AbortController();
  private isRunning: boolean;
  private isGone = false;
  /** The engine itself said so: there is nothing left to read. */
  private isMissing = false;
  /** Everything the container left is read: a read that began after its death came to the end. */
  private isWhole = false;
  private failures = 0;
  /** A follow that ended, with what it held back: read again, or let out when there is nothing left to read. */
  private unfinished: LogSession | null = null;
  private stopped = new AbortController();
  private waking = new AbortController();

  constructor(container: TailedContainer, options: TailOptions) {
    const { sink, counters, maxLineBytes, space } = options;
    this.container = container;
    this.options = options;
    this.isRunning = container.isRunning;
    if (!this.isRunning) this.stopped.abort();
    this.reader = new LogReader(container, {
      maxLineBytes,
      counters,
      space,
      onLines: (lines, cursor) => sink.onLines(container.id, lines, cursor),
      onGap: (gap, reason) => sink.onGap(container.id, gap, reason),
    });
  }

  async run(): Promise<void> {
    if (this.container.isNew) await this.followToEnd();
    else await this.catchUp();
    while (!this.isOver) {
      if (this.isRunning) await this.followToEnd();
      else await this.awaitStart();
    }
    if (this.isGone) await this.tellIfOwed();
    this.forgetUnfinished();
    this.reader.close();
  }

  private async followToEnd(): Promise<void> {
    await this.follow();
    if (this.isWhole && this.stopped.signal.aborted && this.mayVanish) return this.letGo();
    await this.lookAgain();
    await this.catchUp();
  }

  /**
   * It is all read, and the engine is about to remove it. A read that comes amid that makes engine 20.10 create the log anew, and then
   * it fails to remove the container: seen with a hundred at once.
   */
  private async letGo(): Promise<void> {
    this.isRunning = false;
    await this.unfinished?.finish();
    this.unfinished = null;
    this.reader.rest();
  }

  /** Nothing is left to be read. */
  private async awaitStart(): Promise<void> {
    if (!this.isOwed) return this.rest(null);
    await this.rest(this.options.removalMayTakeMs ?? REMOVAL_MAY_TAKE_MS);
    if (!this.isRunning && !this.isOver) await this.tellIfOwed();
  }

  /** It is removed, or being removed for too long, and was not surely read to its end: what may be missing is told. */
  private async tellIfOwed(): Promise<void> {
    if (!this.isOwed) return;
    this.isWhole = true;
    await this.reader.noteRemoved(false);
  }

  private get isOwed(): boolean {
    return this.mayVanish && !this.isWhole && !this.isMissing;
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

  /** It is removed as soon as it has ended, and its log with it. */
  private get mayVanish(): boolean {
    const { isRemovedAtEnd, source } = this.container;
    return isRemovedAtEnd === true && source.doubt !== undefined;
  }

  /** A read after its death that gives nothing may be of a log that the engine made anew amid removing it. */
  private get isDoubtful(): boolean {
    return this.mayVanish && this.reader.place === null;
  }

  private get how(): ReadHow {
    return { signal: this.stopping.signal, stopped: this.stopped.signal };
  }

  /** Until woken, or for so many milliseconds at most. */
  private async rest(ms: number | null): Promise<void> {
    if (this.stopping.signal.aborted || (ms === null && this.isOver)) return;
    this.waking = new AbortController();
    await pause(ms ?? 2 ** 31 - 1, this.waking.signal);
  }

  /** Without following, until a read comes no further; of a running container once, for the follow does the rest. */
  private catchUp(): Promise<void> {
    // One that the engine removes now cannot stand in line.
    return this.mayVanish && !this.isRunning
      ? this.readToEnd()
      : this.options.slots.run(() => this.readToEnd());
  }

  private async readToEnd(): Promise<void> {
    let isFurther = true;
    while (isFurther && !this.isMissing && !this.stopping.signal.aborted) {
      isFurther = await this.readPast();
      if (this.isRunning) break;
    }
    if (!this.isMissing && !this.stopping.signal.aborted)
      await this.attempt(() => this.reader.findBack(this.how));
    this.reader.rest();
  }

  /** Whether it is worth another try. */
  private async readPast(): Promise<boolean> {
    const { reader } = this;
    const { place, added } = reader;
    const done: { session?: LogSession } = {};
    await this.attempt(async () => {
      done.session = await reader.readOn(this.how);
    });
    if (done.session === undefined) return true;
    this.forgetUnfinished();
    this.isWhole ||= !this.isRunning && !this.isDoubtful;
    // Where a clock was set back a read gives lines again, so their number alone says nothing.
    const isFurther = reader.added > added && !isSamePlace(reader.place, place);
    if (isFurther || this.isRunning || this.stopping.signal.aborted) reader.discard(done.session);
    else await done.session.finish();
    return isFurther;
  }

  private async follow(): Promise<void> {
    const { reader, how } = this;
    this.isWhole = false;
    const session = reader.openSession(true);
    const following = new AbortController();
    const check = this.check(session, following);
    const signal = AbortSignal.any([how.signal, following.signal]);
    const ended = this.attempt(() =>
      reader.follow(session, { ...how, signal }, () => check?.noteRead()),
    ).then(async isEnded => {
      await check?.stop();
      this.keep(session);
      // Only a follow on which the engine had to wait was ever seen to end too early.
      this.isWhole = isEnded && !signal.aborted && reader.isKept && session.isShort;
    });
    await this.takeOver(ended, following);
    await ended;
  }

  /** What ended holds back may have to go out. */
  private keep(session: LogSession): void {
    if (this.container.source.keepsPlace) return;
    session.pause();
    this.forgetUnfinished();
    this.unfinished = session;
  }

  /** As soon as the container has died the rest is read, beside a follow that may be behind: the engine may remove it at once. */
  private async takeOver(ended: Promise<void>, following: AbortController): Promise<void> {
    if (this.container.source.doubt === undefined) return;
    await Promise.race([aborted(this.stopped.signal), ended]);
    // The engine ends the follow of a container that dies a moment before it tells of the death.
    if (this.mayVanish && !following.signal.aborted)
      await pause(DEATH_IS_TOLD_WITHIN_MS, AbortSignal.any([this.stopped.signal, this.stopping.signal]));
    if (this.stopped.signal.aborted && !this.stopping.signal.aborted && !this.isWhole)
      await this.readRest(ended, following);
  }

  private async readRest(ended: Promise<void>, following: AbortController): Promise<void> {
    const { reader, how } = this;
    try {
      const session = await reader.readRest(how, () => {
        following.abort();
        return ended;
      });
      this.isWhole = session.isConnected && !this.isDoubtful;
      if (session.isConnected) this.keep(session);
      else reader.discard(session);
    } catch (cause) {
      const containerId = this.container.id;
      this.options.log.debug({ containerId, err: cause }, 'the rest of a log was not read at once');
    }
  }

  private check(session: LogSession, following: AbortController): FollowCheck | null {
    const { source, id: containerId } = this.container;
    const { checkSlots, log, checkEveryMs: everyMs = CHECK_EVERY_MS } = this.options;
    const { reader, how } = this;
    if (source.doubt === undefined) return null;
    return new FollowCheck({
      everyMs,
      isUnproven: () => reader.isUnproven,
      isProofDue: () => reader.isProofDue,
      prove: () => checkSlots.run(() => reader.prove(how)),
      isBehind: () => checkSlots.run(() => reader.isBehind(session, how)),
      onStuck: () => {
        log.info({ containerId }, 'a log went on where its follow did not, opened again');
        reader.noteStuck();
        following.abort();
      },
      log,
    });
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

  /** False when it failed, and what that means is seen to. Never rejects. */
  private async attempt(reading: () => Promise<void>): Promise<boolean> {
    const { added } = this.reader;
    try {
      await reading();
      return true;
    } catch (cause) {
      await this.recover(cause);
      return false;
    } finally {
      if (this.reader.added > added) this.failures = 0;
    }
  }

  private async recover(cause: unknown): Promise<void> {
    if (this.stopping.signal.aborted) return;
    if (isError(cause, 'not_found')) return this.noteGone();
    const containerId = this.container.id;
    if (isError(cause, 'unreadable')) {
      this.options.sink.onUnreadable(containerId, cause.message);
      this.isMissing = true;
      this.retire();
      return;
    }
    if (isError(cause, 'broken_stream')) this.options.counters.engineErrorFrames++;
    this.options.log.warn({ containerId, err: cause }, 'log could not be read, trying again');
    await this.rest(backoffMs(this.failures++, Math.random()));
  }

  private async noteGone(): Promise<void> {
    this.retire();
    this.isMissing = true;
    await this.unfinished?.finish();
    this.unfinished = null;
    await this.reader.noteRemoved(this.isWhole);
  }

  private forgetUnfinished(): void {
    this.unfinished?.discard();
    this.unfinished = null;
  }
}

const isError = (cause: unknown, code: EngineError['code']): cause is EngineError =>
  cause instanceof EngineError && cause.code === code;
