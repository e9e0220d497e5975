/**
 * The log of one container, and how far it is read. Where a follow can be trusted, the cursor goes with every line. Where it cannot
 * (`LogSource.doubt`) and the log rotates, lines that were followed go out at once, but the cursor stays before them until a read
 * without following has gone over the same ground from the last place that was proven: what the follow missed goes out late, and
 * where the log itself has lost that place, a gap is told. A restart, too, begins at the place that was proven.
 */
import type { GapReason } from '#contract/constants.ts';
import { stampOf } from '#contract/stamp.ts';
import type { LogCursor } from '../cursor/cursor.ts';
import { EngineError } from '../engine/engine-error.ts';
import type { LogGap, SourceRead } from '../source/log-source.ts';
import { FollowProof, SPARE_LINES } from './follow-proof.ts';
import { GapEpisode } from './gap-episode.ts';
import { LogEnd } from './log-end.ts';
import { overlapBefore, readSince, type LogPlace } from './log-reading.ts';
import { LogSession } from './log-session.ts';
import type { ReadContainer, ReaderOptions } from './read-container.ts';

/** How far from the end a place is looked for that its stamp does not lead to; then everywhere. */
const LOOK_BACK_LINES = [SPARE_LINES, 30_000, undefined];
/** So far behind a follow may be when its container dies; reading more of a log that is kept can wait. */
const REST_LINES = 10_000;

/** `signal` ends the read; `stopped` and `last` as the source has them. */
export type ReadHow = Pick<SourceRead, 'signal' | 'stopped' | 'last'>;

type ReadFrom = { cursor: LogCursor | null; after?: LogPlace };

type PastRead = { session: LogSession; bytesRead: number };

export class LogReader {
  /** Everything up to here was read, and let out or told as a gap. */
  cursor: LogCursor | null;
  /** Lines that went out. */
  added = 0;
  private readonly container: ReadContainer;
  private readonly options: ReaderOptions;
  private readonly proof: FollowProof | null;
  private readonly gaps: GapEpisode;
  private readonly end: LogEnd;
  private lasting: LogSession | null = null;
  private hasOpened = false;
  /** The last line that any read has come to. */
  place: LogPlace | null;
  /** The engine could not read its own log: what is missing next is its doing. */
  private isEngineAtFault = false;

  constructor(container: ReadContainer, options: ReaderOptions) {
    const { cursor, source, isNew } = container;
    this.container = container;
    this.options = options;
    this.cursor = cursor;
    this.place = cursor?.watermark ?? null;
    const keptBytes = source.doubt?.keptBytes ?? null;
    const isBeginningKnown = cursor !== null || !isNew;
    this.proof =
      keptBytes === null ? null : new FollowProof({ keptBytes, isBeginningKnown, space: options.space });
    this.gaps = new GapEpisode((gap, reason) => this.tell(gap, reason));
    this.end = new LogEnd(source, options.maxLineBytes);
  }

  /** Lines went out that no cursor accounts for. */
  get isUnproven(): boolean {
    return this.proof?.isOwed === true;
  }

  /** So much was followed that a later proof may come too late. */
  get isProofDue(): boolean {
    return this.proof?.isDue === true;
  }

  openSession(isFollow: boolean, from: ReadFrom = this): LogSession {
    if (this.lasting !== null) return this.lasting;
    const { source, treatment } = this.container;
    const { maxLineBytes, counters, onLines } = this.options;
    const session: LogSession = new LogSession({
      joiner: source.joiner({ maxLineBytes }),
      ...(treatment === undefined ? {} : { treatment }),
      cursor: from.cursor,
      ...(from.after === undefined ? {} : { after: from.after }),
      ledger: this.proof?.ledger ?? null,
      counters,
      onLines: (lines, cursor) => {
        this.added += lines.length;
        return onLines(lines, this.account(session, cursor, isFollow));
      },
      onGap: gap => this.noteGap(gap, isFollow),
    });
    if (source.keepsPlace) this.lasting = session;
    return session;
  }

  /** What this session holds back will be read again, unless the source goes on behind it. */
  discard(session: LogSession): void {
    if (session !== this.lasting) session.discard();
  }

  /** Reads on until the container stops or the read is aborted. Rejects with `EngineError`, as all reads here. */
  async follow(session: LogSession, how: ReadHow, onRead: () => void): Promise<void> {
    try {
      await this.read({ ...how, since: this.since, follow: true }, bytes => {
        this.proof?.noteFollowed(bytes.length);
        const held = session.take(bytes);
        onRead();
        return held;
      });
    } finally {
      this.place = session.place ?? this.place;
    }
    this.refuseBroken(session);
  }

  /**
   * Reads to the end from where everything is proven, and answers the session that did. First among the last lines, where that place
   * usually is: so no stamp has to be trusted and no long log is searched. Only a read of all there is proves that it is gone.
   */
  async readOn(how: ReadHow): Promise<LogSession> {
    const { cursor } = this;
    const last = this.proof === null ? SPARE_LINES : this.proof.lastLines;
    if (this.mayReadLast && cursor !== null && last !== undefined) {
      const session = await this.readFrom(
        { ...how, last },
        { cursor, after: cursor.watermark },
        this.sinceAmongLast,
      );
      if (session.isConnected) return session;
      this.discard(session);
    }
    return this.readFrom(how, this, this.since);
  }

  /** Goes over what was followed once more, while the follow goes on. */
  async prove(how: ReadHow): Promise<void> {
    this.discard(await this.readOn(how));
  }

  /**
   * The same for a container that has just died and may be removed at any moment: the engine is asked at once, and lets a read that
   * has begun come to its end. What still follows goes on until there is an answer; `takeOver` ends it, so that no line goes out twice.
   */
  async readRest(how: ReadHow, takeOver: () => Promise<void>): Promise<LogSession> {
    const isShort =
      this.mayReadLast &&
      this.proof === null &&
      this.place !== null &&
      this.container.isRemovedAtEnd !== true;
    const where = isShort ? { since: this.sinceAmongLast, last: REST_LINES } : { since: this.since };
    return this.readPast({ ...how, ...where }, async () => {
      await takeOver();
      const { cursor } = this;
      return this.beginPast(isShort && cursor !== null ? { cursor, after: cursor.watermark } : { cursor });
    });
  }

  /** The log is never rotated: a follow leaves out nothing but, perhaps, its end. */
  get isKept(): boolean {
    return this.proof === null;
  }

  /** Whether the log goes on behind what this follow has given. */
  isBehind(session: LogSession, how: ReadHow): Promise<boolean> {
    const place = session.place ?? this.place;
    return this.end.isBeyond(place, this.since, { ...how, since: this.sinceAmongLast });
  }

  noteStuck(): void {
    this.end.doubt();
  }

  /**
   * Lines behind the last one that are older by their stamps: the engine's clock was set back, and engines before 24 leave them out of
   * every read from a later stamp. Then the place is looked for from the end, and what stands behind it goes out.
   */
  async findBack(how: ReadHow): Promise<void> {
    const { place } = this;
    if (!this.mayReadLast || place === null) return;
    const end = await this.end.read({ ...how, since: this.sinceAmongLast });
    if (end === null || end.stamp >= overlapBefore(place)) return;
    for (const last of LOOK_BACK_LINES) {
      const limited = last === undefined ? how : { ...how, last };
      const session = await this.readFrom(limited, { cursor: null, after: place }, null);
      this.discard(session);
      if (session.isConnected) return;
    }
    this.noteGap({ from: end.stamp, to: end.stamp }, false);
    this.discard(await this.readFrom(how, { cursor: null }, null));
  }

  /** Nothing more is read for now. */
  rest(): void {
    this.gaps.close();
    this.passCursor();
  }

  /** The container and its log are gone. `isWhole`: it was read to its end after the container had died. */
  async noteRemoved(isWhole: boolean): Promise<void> {
    await this.lasting?.finish();
    this.gaps.close();
    // A source that keeps its place has told of what it missed.
    if (isWhole || (this.container.source.keepsPlace && this.hasOpened)) return;
    const from = this.place?.stamp ?? this.container.startedAt;
    const now = stampOf(Date.now());
    this.tell({ from, to: now > from ? now : from }, 'removed');
  }

  /** Nothing will be read any more. */
  close(): void {
    this.lasting?.discard();
    this.gaps.close();
    this.proof?.ledger.clear();
  }

  /** Whether the last lines of the log, read alone, can be told apart from those before them. */
  private get mayReadLast(): boolean {
    return this.container.source.doubt?.isCoarse === false;
  }

  private get since(): string | null {
    return this.cursor === null ? this.container.historySince : readSince(this.cursor);
  }

  /** A read of the last lines needs no stamp, unless that makes the engine unpack its log. */
  private get sinceAmongLast(): string | null {
    return this.container.source.doubt?.isCompressed === true ? this.since : null;
  }

  private readFrom(how: ReadHow, from: ReadFrom, since: string | null): Promise<LogSession> {
    const past = this.beginPast(from);
    return this.readPast({ ...how, since }, () => Promise.resolve(past));
  }

  private beginPast(from: ReadFrom): PastRead {
    this.proof?.begin();
    return { session: this.openSession(false, from), bytesRead: 0 };
  }

  /** Reads to the end that is there now. Everything up to there is proven then. `begin` is asked when there is an answer. */
  private async readPast(
    how: ReadHow & { since: string | null },
    begin: () => Promise<PastRead>,
  ): Promise<LogSession> {
    const reading: { past?: PastRead } = {};
    const take = (past: PastRead, bytes: Buffer) => {
      past.bytesRead += bytes.length;
      return past.session.take(bytes);
    };
    try {
      await this.read({ ...how, follow: false }, bytes => {
        if (reading.past !== undefined) return take(reading.past, bytes);
        const first = Buffer.from(bytes);
        return begin().then(past => take((reading.past = past), first));
      });
      reading.past ??= await begin();
      this.conclude(reading.past);
      return reading.past.session;
    } catch (cause) {
      if (reading.past !== undefined) this.discard(reading.past.session);
      throw cause;
    } finally {
      this.place = reading.past?.session.place ?? this.place;
    }
  }

  private conclude({ session, bytesRead }: PastRead): void {
    this.refuseBroken(session);
    session.conclude();
    if (!session.isConnected) return;
    this.judgeBeginning(session, bytesRead);
    this.proof?.settle();
    this.isEngineAtFault = false;
    this.cursor = session.cursor ?? this.cursor;
    this.gaps.settle();
    this.passCursor();
  }

  private read(
    how: ReadHow & { follow: boolean; since: string | null },
    onBytes: SourceRead['onBytes'],
  ): Promise<void> {
    const onGap = (gap: LogGap, reason: GapReason) => this.tell(gap, reason);
    return this.container.source.read({ ...how, onBytes, onGap }).then(() => {
      this.hasOpened = true;
    });
  }

  private refuseBroken({ broken }: LogSession): void {
    if (broken === null) return;
    this.isEngineAtFault = true;
    throw new EngineError('broken_stream', broken);
  }

  /** The cursor that may be acknowledged with these lines. */
  private account(session: LogSession, cursor: LogCursor | null, isFollow: boolean): LogCursor | null {
    const isProven = this.proof === null || (!isFollow && session.isConnected && this.proof.isBeginningKnown);
    if (!isProven) return null;
    this.cursor = cursor ?? this.cursor;
    return this.gaps.isOpen ? null : cursor;
  }

  private passCursor(): void {
    if (this.proof !== null && !this.gaps.isOpen) void this.options.onLines([], this.cursor);
  }

  private noteGap(gap: LogGap, isFollow: boolean): void {
    const reason = this.isEngineAtFault ? 'engine-error' : 'rotated';
    if (this.proof === null) this.tell(gap, reason);
    else if (!isFollow) this.gaps.note(gap, reason);
  }

  /** What was before this collector saw its container is no loss. */
  private judgeBeginning({ first, place }: LogSession, bytesRead: number): void {
    if (this.proof === null) return;
    const isAll = this.since === null;
    if (this.proof.judgeBeginning({ first, place, isAll, bytesRead }) || first === null) return;
    this.noteGap({ from: this.container.startedAt, to: first.stamp }, false);
  }

  private tell(gap: LogGap, reason: GapReason): void {
    this.options.counters.gaps++;
    this.options.onGap(gap, reason);
  }
}
