/**
 * The log of a container as the engine's json-file driver keeps it on disk. It is read through a descriptor that is held, so that
 * neither a rotation nor the removal of the container takes away what is not read yet. Invariants:
 *
 * - Only whole entries are handed over; one that the engine is still writing waits.
 * - A file is left only when it was read to its end after it had got a successor, and for that very successor.
 * - Files the engine has made meanwhile are opened as soon as they are seen, and wait for their turn.
 * - Where one may be missing between two files, or a file was cut off at its beginning, a gap is told: from the last stamp before it
 *   to the first after.
 */
import { existsSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { GapReason } from '#contract/constants.ts';
import { msOf } from '#contract/stamp.ts';
import { EngineError } from '../engine/engine-error.ts';
import { readCompressed } from './compressed-log.ts';
import { FileWatch } from './file-watch.ts';
import { createEntryJoiner, type EntryJoiner } from './json-entries.ts';
import { parseLogSize } from './kept-bytes.ts';
import {
  closeLogFiles,
  firstEntry,
  isAt,
  isOf,
  isSame,
  openNewer,
  placeIn,
  sizeOf,
  type LogFile,
  type Place,
} from './log-files.ts';
import type { LogGap, LogSource, SourceRead } from './log-source.ts';
import type { ReadTurns } from './read-turns.ts';
import { seekStamp, stampBefore } from './seek-stamp.ts';

/** Files held open that the engine has made while an older one is read. With more than that, what was rotated away is told. */
const MAX_FILES = 16;
/** A line is read at once, those right behind it together. */
const REST_MS = 4;
/** Enough to know a place again: it holds the time of the entry before. */
const TAIL_BYTES = 48;
/** No engine writes more; measured: 80 KB per millisecond. */
const FASTEST_BYTES_PER_MS = 150_000;
const NEWLINE = 10;

export type FileSourceOptions = {
  path: string;
  tty: boolean;
  /** Options of the container's log driver. */
  logOptions: Record<string, string>;
  reason: string;
  turns: ReadTurns;
  /** Opened already, and not read yet. */
  first?: LogFile | null;
  /** When the container started, if that is its first start and was seen: then its log is to be there from the first line on. */
  begunAt?: string | null;
};

export const createFileSource = (options: FileSourceOptions): LogSource => new FileSource(options);

class FileSource implements LogSource {
  readonly kind = 'file';
  readonly keepsPlace = true;
  readonly reason: string;
  private readonly options: FileSourceOptions;
  private readonly rotated: number;
  private readonly watch: FileWatch;
  private entries: EntryJoiner | null = null;
  private onGap: (gap: LogGap, reason: GapReason) => void = () => undefined;
  /** What is read now, and what comes after it, in order. */
  private files: LogFile[] = [];
  private first: LogFile | null;
  /** Where the last read ended, when nothing is held open. */
  private place: Place | null = null;
  /** The file at work was read to its end when it had a successor already. */
  private isDrained = false;
  private isAtEnd = false;
  private lastReadAt = 0;

  constructor(options: FileSourceOptions) {
    this.options = options;
    this.reason = options.reason;
    this.first = options.first ?? null;
    this.rotated = Math.max(0, (Number(options.logOptions['max-file']) || 1) - 1);
    this.watch = new FileWatch(options.path);
  }

  joiner({ maxLineBytes }: { maxLineBytes: number }): EntryJoiner {
    const { tty } = this.options;
    const onGap = (gap: LogGap, reason: GapReason) => this.onGap(gap, reason);
    this.entries = createEntryJoiner({ tty, maxLineBytes, onGap });
    return this.entries;
  }

  async read(read: SourceRead): Promise<void> {
    this.onGap = read.onGap;
    try {
      this.open(read.since);
      const before = this.lastReadAt;
      await this.readToEnd(read);
      if (!read.follow && this.lastReadAt === before) this.release();
    } catch (cause) {
      throw errorOfFile(cause, this.options.path);
    }
  }

  close(): void {
    this.watch.close();
    closeLogFiles(this.files);
    if (this.first !== null) closeLogFiles([this.first]);
    this.files = [];
    this.first = null;
  }

  private async readToEnd(read: SourceRead): Promise<void> {
    let isHeard = true;
    while (!read.signal.aborted) {
      const isLast = !read.follow || read.stopped.aborted;
      const isMoved = await this.readOn(read);
      if (isMoved && !isHeard) this.watch.noteUnheard();
      isHeard = true;
      if (isMoved ? !this.isCaughtUp : this.goOn()) continue;
      if (isLast) return;
      isHeard = await this.watch.wait([read.signal, read.stopped]);
      await this.rest();
    }
  }

  /** Nothing can have been added since the last read that would not be heard of. */
  private get isCaughtUp(): boolean {
    return this.isAtEnd && this.files.length === 1 && this.watch.isQuiet;
  }

  private async rest(): Promise<void> {
    const restMs = this.lastReadAt + REST_MS - performance.now();
    if (restMs > 0) await delay(restMs);
  }

  private open(since: string | null): void {
    const { path } = this.options;
    if (this.files.length > 0) return;
    this.files = this.withFirst(openNewer(path, this.rotated, null));
    if (this.files.length === 0 && !existsSync(dirname(path)))
      throw new EngineError('not_found', 'the log file is gone with its container');
    if (this.place !== null) this.resume(this.place);
    else if (since !== null) this.skipTo(since);
    else if (this.lacksBeginning) this.entries?.noteHole('rotated', this.options.begunAt ?? '');
  }

  /** Whether the engine may have rotated away what came before the first read. */
  private get lacksBeginning(): boolean {
    const { begunAt, logOptions } = this.options;
    const [file] = this.files;
    const limit = parseLogSize(logOptions['max-size'] ?? '');
    if (file === undefined || limit === null || begunAt === undefined || begunAt === null) return false;
    if (this.rotated > 0) return this.files.length > this.rotated;
    return sizeOf(file) > 0 && (Date.now() - msOf(begunAt)) * FASTEST_BYTES_PER_MS >= limit;
  }

  /** The file that was opened early may have been renamed or compressed meanwhile; or it is gone, and older than all there are. */
  private withFirst(files: LogFile[]): LogFile[] {
    const { first } = this;
    this.first = null;
    if (first === null) return files;
    const at = files.findIndex(file => isSame(file, first));
    if (at !== -1) {
      closeLogFiles(files.splice(at, 1, first));
      return files;
    }
    if (files[0] !== undefined) files[0].followsHole = true;
    return [first, ...files];
  }

  /** Goes on where the file was left. */
  private resume(place: Place): void {
    const at = this.files.findIndex(file => isOf(place, file));
    closeLogFiles(this.files.splice(0, Math.max(0, at)));
    const [file] = this.files;
    if (file !== undefined && at === -1) file.followsHole = true;
    else if (file?.inode === place.inode) ({ readTo: file.readTo, tail: file.tail } = place);
    else if (file !== undefined) file.skip = place.readTo;
    if (file !== undefined) this.place = null;
  }

  /** Begins with the first entry at or after this stamp. */
  private skipTo(since: string): void {
    const at = this.files.findLastIndex(file => {
      const head = firstEntry(file);
      const stamp = stampBefore(head, head.length - 1);
      return stamp !== null && stamp < since;
    });
    closeLogFiles(this.files.splice(0, Math.max(0, at)));
    const [file] = this.files;
    if (file === undefined || at === -1) return;
    file.since = since;
    if (file.isCompressed) return;
    file.readTo = seekStamp(file.fd, sizeOf(file), since);
    const length = Math.min(TAIL_BYTES, file.readTo);
    file.tail = Buffer.alloc(length);
    readSync(file.fd, file.tail, 0, length, file.readTo - length);
  }

  private release(): void {
    const [file] = this.files;
    if (file === undefined || this.files.length > 1) return;
    this.place = placeIn(file);
    this.close();
  }

  /** One bounded read; false when there was nothing. */
  private async readOn(read: SourceRead): Promise<boolean> {
    if (this.files.length === 0) this.open(read.since);
    this.lookAhead();
    const [file] = this.files;
    if (file === undefined) return false;
    if (file.followsHole) this.entries?.noteHole('rotated');
    file.followsHole = false;
    if (file.isCompressed) return this.readWhole(file, read);
    const { isMoved, held } = await this.options.turns.take(buffer => {
      if (read.signal.aborted) return NOTHING;
      const bytesRead = readSync(file.fd, buffer, 0, buffer.length, file.readTo - file.tail.length);
      this.isAtEnd = bytesRead < buffer.length;
      return this.handOver(file, buffer.subarray(0, bytesRead), read);
    });
    await held;
    return isMoved;
  }

  private async readWhole(file: LogFile, read: SourceRead): Promise<false> {
    if (file.readTo > 0) return false;
    file.readTo = 1;
    const isWhole = await readCompressed(file, read);
    if (!isWhole) this.entries?.noteHole('engine-error');
    this.lastReadAt = performance.now();
    return false;
  }

  private handOver(file: LogFile, bytes: Buffer, { onBytes }: SourceRead): HandedOver {
    if (!bytes.subarray(0, file.tail.length).equals(file.tail)) return this.startAgain(file);
    const fresh = bytes.subarray(file.tail.length);
    const end = fresh.lastIndexOf(NEWLINE) + 1;
    if (end === 0 && this.isAtEnd) return NOTHING;
    // No entry is as long as the buffer: it is damaged up to the next line end.
    const taken = end === 0 ? fresh : fresh.subarray(0, end);
    file.readTo += taken.length;
    file.tail = Buffer.from(taken.subarray(-TAIL_BYTES));
    this.isDrained = false;
    this.lastReadAt = performance.now();
    return { isMoved: true, held: end === 0 ? undefined : onBytes(taken) };
  }

  /** The file was cut off, as the engine does with `max-file=1`, and logrotate with `copytruncate`. */
  private startAgain(file: LogFile): HandedOver {
    const limit = parseLogSize(this.options.logOptions['max-size'] ?? '');
    // The engine cuts a file off when it has reached its limit; but since the last read it may have done so more than once.
    const writable = (performance.now() - this.lastReadAt) * FASTEST_BYTES_PER_MS;
    if (this.rotated > 0 || limit === null || file.readTo < limit || writable >= limit)
      this.entries?.noteHole('rotated');
    file.readTo = 0;
    file.tail = Buffer.alloc(0);
    this.isAtEnd = false;
    return { isMoved: true, held: undefined };
  }

  /** At the end of a file: true when there is more to read, in it or in its successor. */
  private goOn(): boolean {
    const [file, next] = this.files;
    if (file === undefined || next === undefined) return false;
    if (!next.isCompressed && sizeOf(next) === 0) return false;
    if (!this.isDrained && !file.isCompressed) {
      this.isDrained = true;
      return true;
    }
    if (!file.isCompressed && sizeOf(file) > file.readTo) this.entries?.noteHole('engine-error');
    this.isDrained = false;
    this.watch.close();
    closeLogFiles(this.files.splice(0, 1));
    return true;
  }

  /** Opens what the engine has made since the last look. */
  private lookAhead(): void {
    const { path } = this.options;
    const newest = this.files.at(-1);
    if (newest === undefined || this.files.length >= MAX_FILES || isAt(path, newest)) return;
    this.files.push(...openNewer(path, this.rotated, newest));
  }
}

type HandedOver = { isMoved: boolean; held: Promise<void> | undefined };
const NOTHING: HandedOver = { isMoved: false, held: undefined };

function errorOfFile(cause: unknown, path: string): unknown {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (cause instanceof EngineError || code === '') return cause;
  if (code === 'EACCES' || code === 'EPERM')
    return new EngineError('unreadable', `its log file ${path} may not be read`, cause);
  return new EngineError('unreachable', `its log file cannot be read: ${message}`, cause);
}
