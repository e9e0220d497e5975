/**
 * The log of one container, and how far it is read. Where a follow can be trusted, the cursor goes with every line. Where it cannot
 * (`LogSource.doubt`) and the log rotates, lines that were followed go out at once, but the cursor stays before them until a read
 * without following has gone over the same ground from the last place that was proven: what the follow missed goes out late, and
 * where the log itself has lost that place, a gap is told. A restart, too, begins at the place that was proven.
 */
import type { GapReason } from '#contract/constants.ts';
import { stampOf } from '#contract/stamp.ts';
import type { Counters } from '../counters.ts';
import type { LogCursor } from '../cursor/cursor.ts';
import { EngineError } from '../engine/engine-error.ts';
import type { Line } from '../engine/lines.ts';
import type { Treatment } from '../plan/treatment.ts';
import type { LogGap, LogSource, SourceRead } from '../source/log-source.ts';
import { GapEpisode } from './gap-episode.ts';
import { Ledger, type LedgerSpace } from './ledger.ts';
import { isSamePlace, overlapBefore, readSince, type LogPlace } from './log-reading.ts';
import { LogSession } from './log-session.ts';

/** What the engine's file has around a line is longer by this than what a read has around it. */
const FILE_OVERHEAD_BYTES = 40;
/** The engine cuts longer lines into messages of this size. */
const FRAGMENT_BYTES = 16 * 1024;
/** A proof reads this many lines more than twice what was followed: some may have been missed. */
const SPARE_LINES = 1_000;
/** How far from the end a place is looked for that its stamp does not lead to; then everywhere. */
const LOOK_BACK_LINES = [SPARE_LINES, 30_000, undefined];

export type ReadContainer = {
  id: string;
  source: LogSource;
  treatment?: Treatment;
  cursor: LogCursor | null;
  /** Where to begin without a cursor; null: with the first line there is. */
  historySince: string | null;
  /** It has just been started: what was rotated away before the first read is missing too. */
  isNew: boolean;
  startedAt: string;
};

export type ReaderOptions = {
  maxLineBytes: number;
  /** A promise holds the reader until it settles. */
  onLines: (lines: readonly Line[], cursor: LogCursor | null) => Promise<void> | undefined;
  onGap: (gap: LogGap, reason: GapReason) => void;
  counters: Counters;
  space: LedgerSpace;
};

/** `signal` ends the read; `stopped` and `last` as the source has them. */
export type ReadHow = Pick<SourceRead, 'signal' | 'stopped' | 'last'>;

export class LogReader {
  /** Everything up to here was read, and let out or told as a gap. */
  cursor: LogCursor | null;
  /** Lines that went out. */
  added = 0;
  /** The source has answered at least once. */
  hasOpened = false;
  private readonly container: ReadContainer;
  private readonly options: ReaderOptions;
  private readonly keptBytes: number | null;
  private readonly ledger: Ledger | null;
  private readonly gaps: GapEpisode;
  private readonly createdAt = stampOf(Date.now());
  private lasting: LogSession | null = null;
  /** The last line that any read has come to. */
  place: LogPlace | null;
  private seenEnd: LogPlace | null = null;
  private doubtedEnd: LogPlace | null = null;
  /** Since the last proof. */
  private followedBytes = 0;
  /** Whether the log has been read from its first line on can be said only once. */
  private isBeginningKnown: boolean;
  /** The engine could not read its own log: what is missing next is its doing. */
  private isEngineAtFault = false;

  constructor(container: ReadContainer, options: ReaderOptions) {
    const { cursor, source, isNew } = container;
    this.container = container;
    this.options = options;
    this.cursor = cursor;
    this.place = cursor?.watermark ?? null;
    this.keptBytes = source.doubt?.keptBytes ?? null;
    this.ledger = this.keptBytes === null ? null : new Ledger(options.space);
    this.isBeginningKnown = this.ledger === null || cursor !== null || !isNew;
    this.gaps = new GapEpisode((gap, reason) => this.tell(gap, reason));
  }

  /** Lines went out that no cursor accounts for. */
  get isUnproven(): boolean {
    return this.ledger !== null && (this.ledger.size > 0 || !this.isBeginningKnown);
  }

  /** So much was followed that a later proof may come too late. */
  get isProofDue(): boolean {
    if (this.ledger === null || this.keptBytes === null) return false;
    const inFile = this.followedBytes + this.ledger.size * FILE_OVERHEAD_BYTES;
    return !this.isBeginningKnown || this.ledger.isHalfFull || inFile * 2 >= this.keptBytes;
  }

  openSession(isFollow: boolean, from: { cursor: LogCursor | null; after?: LogPlace } = this): LogSession {
    if (this.lasting !== null) return this.lasting;
    const { source, treatment } = this.container;
    const { maxLineBytes, counters, onLines } = this.options;
    const session: LogSession = new LogSession({
      joiner: source.joiner({ maxLineBytes }),
      ...(treatment === undefined ? {} : { treatment }),
      cursor: from.cursor,
      ...(from.after === undefined ? {} : { after: from.after }),
      ledger: this.ledger,
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
    await this.read(session, { ...how, follow: true }, bytes => {
      this.followedBytes += bytes.length;
      const held = session.take(bytes);
      onRead();
      return held;
    });
  }

  /** Reads to the end that is there now. Everything up to there is proven then. */
  private async readPast(session: LogSession, how: ReadHow, since: string | null): Promise<void> {
    const followed = this.followedBytes;
    let bytesRead = 0;
    this.ledger?.turn();
    await this.read(session, { ...how, follow: false, since }, bytes => {
      bytesRead += bytes.length;
      return session.take(bytes);
    });
    session.conclude();
    if (!session.isConnected) return;
    this.judgeBeginning(session, bytesRead);
    this.ledger?.settle();
    this.followedBytes -= followed;
    this.isEngineAtFault = false;
    this.cursor = session.cursor ?? this.cursor;
    this.gaps.settle();
    this.passCursor();
  }

  /**
   * Reads to the end from where everything is proven, and answers the session that did. First among the last lines, where that place
   * usually is: so no stamp has to be trusted and no long log is searched. Only a read of all there is proves that it is gone.
   */
  async readOn(how: ReadHow): Promise<LogSession> {
    const { cursor } = this;
    const last = this.ledger === null ? SPARE_LINES : this.lastLines;
    if (this.container.source.doubt !== undefined && cursor !== null && last !== undefined) {
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

  /** Whether the log goes on behind what this follow has given. */
  async isBehind(session: LogSession, how: ReadHow): Promise<boolean> {
    const end = await this.end(how);
    const place = session.place ?? this.place;
    if (end === null || isSamePlace(end, place)) return false;
    if (place === null && this.since !== null && end.stamp < this.since) return false;
    this.seenEnd = end;
    return !isSamePlace(end, this.doubtedEnd);
  }

  /** The follow is opened again for the end that was seen: if that does not bring it there, nothing will. */
  noteStuck(): void {
    this.doubtedEnd = this.seenEnd;
  }

  /** Where the log ends now, by its stamp; null: it is empty. */
  private async end(how: ReadHow): Promise<LogPlace | null> {
    const joiner = this.container.source.joiner({ maxLineBytes: this.options.maxLineBytes });
    let end: LogPlace | null = null;
    const onBytes = (bytes: Buffer) => {
      end = joiner.push(bytes).at(-1) ?? end;
      return undefined;
    };
    const since = this.sinceAmongLast;
    await this.container.source.read({ ...how, since, follow: false, last: 1, onBytes, onGap: ignore });
    return joiner.openSince ?? end;
  }

  /**
   * Lines behind the last one that are older by their stamps: the engine's clock was set back, and engines before 24 leave them out of
   * every read from a later stamp. Then the place is looked for from the end, and what stands behind it goes out.
   */
  async findBack(how: ReadHow): Promise<void> {
    const { place } = this;
    if (this.container.source.doubt === undefined || place === null) return;
    const end = await this.end(how);
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

  /** The container and its log are gone: what can no longer be proven is told. */
  async noteRemoved(): Promise<void> {
    await this.lasting?.finish();
    this.gaps.close();
    const now = stampOf(Date.now());
    if (!this.hasOpened && this.cursor === null) this.tell({ from: this.createdAt, to: now }, 'removed');
  }

  /** Nothing will be read any more. */
  close(): void {
    this.lasting?.discard();
    this.gaps.close();
    this.ledger?.clear();
  }

  private get since(): string | null {
    return this.cursor === null ? this.container.historySince : readSince(this.cursor);
  }

  /** A read of the last lines needs no stamp, unless that makes the engine unpack its log. */
  private get sinceAmongLast(): string | null {
    return this.container.source.doubt?.isCompressed === true ? this.since : null;
  }

  private get lastLines(): number | undefined {
    if (this.ledger === null || this.keptBytes === null) return undefined;
    const lines = 2 * this.ledger.size + Math.ceil(this.followedBytes / FRAGMENT_BYTES) + SPARE_LINES;
    const bytes = lines * (this.ledger.size === 0 ? 0 : this.followedBytes / this.ledger.size);
    return bytes * 2 < this.keptBytes ? lines : undefined;
  }

  private async readFrom(
    how: ReadHow,
    from: { cursor: LogCursor | null; after?: LogPlace },
    since: string | null,
  ): Promise<LogSession> {
    const session = this.openSession(false, from);
    try {
      await this.readPast(session, how, since);
      return session;
    } catch (cause) {
      this.discard(session);
      throw cause;
    }
  }

  private async read(
    session: LogSession,
    how: ReadHow & { follow: boolean; since?: string | null },
    take: SourceRead['onBytes'],
  ): Promise<void> {
    const onBytes = (bytes: Buffer) => {
      this.hasOpened = true;
      return take(bytes);
    };
    const onGap = (gap: LogGap, reason: GapReason) => this.tell(gap, reason);
    try {
      await this.container.source.read({ since: this.since, ...how, onBytes, onGap });
    } finally {
      this.place = session.place ?? this.place;
    }
    this.hasOpened = true;
    if (session.broken === null) return;
    this.isEngineAtFault = true;
    throw new EngineError('broken_stream', session.broken);
  }

  /** The cursor that may be acknowledged with these lines. */
  private account(session: LogSession, cursor: LogCursor | null, isFollow: boolean): LogCursor | null {
    const isProven = this.ledger === null || (!isFollow && session.isConnected && this.isBeginningKnown);
    if (!isProven) return null;
    this.cursor = cursor ?? this.cursor;
    return this.gaps.isOpen ? null : cursor;
  }

  private passCursor(): void {
    if (this.ledger !== null && !this.gaps.isOpen) void this.options.onLines([], this.cursor);
  }

  private noteGap(gap: LogGap, isFollow: boolean): void {
    const reason = this.isEngineAtFault ? 'engine-error' : 'rotated';
    if (this.ledger === null) this.tell(gap, reason);
    else if (!isFollow) this.gaps.note(gap, reason);
  }

  /** A log as long as what is kept may have been longer once; what was before this collector saw its container is no loss. */
  private judgeBeginning({ first, place }: LogSession, bytesRead: number): void {
    if (this.ledger === null || this.keptBytes === null) return;
    if (place === null && this.since === null) this.isBeginningKnown = false;
    if (this.isBeginningKnown || first === null) return;
    this.isBeginningKnown = true;
    if (bytesRead * 2 >= this.keptBytes)
      this.noteGap({ from: this.container.startedAt, to: first.stamp }, false);
  }

  private tell(gap: LogGap, reason: GapReason): void {
    this.options.counters.gaps++;
    this.options.onGap(gap, reason);
  }
}

const ignore = (): void => undefined;
