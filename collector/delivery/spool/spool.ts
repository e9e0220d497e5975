/**
 * The batches that are not acknowledged yet, on disk, in order: a row of segments (segment-files.ts) full of records (record.ts).
 *
 * Invariants (spool.invariants.test.ts):
 * 1. What is appended outlives a killed collector; after `SYNC_AFTER_MS` it is synced, unless it was acknowledged before. Cursors
 *    do not rest on that: those on disk stand at what is acknowledged, and what the spool adds to them is read from the same
 *    records that hold the lines. Data and cursor cannot disagree, whatever is lost.
 * 2. What is found at a start counts as read only as far as no number is missing; from a hole on the engine is read again, and
 *    ids make one of what comes twice. Damage therefore costs time, and lines only where the engine no longer has them.
 * 3. A segment is removed when all of it is acknowledged and the cursors that say so are on disk; one with damage in it is set aside.
 * 4. The files together never exceed the limit. A batch for which there is no room, or no disk, is not taken: it stays in memory.
 * 5. Nothing found on disk keeps the collector from starting.
 */
import type { Logger } from 'pino';
import { decodeNote, encodeNote, type BatchNote } from '../batch-note.ts';
import { decodeHeader, encodeHeader, HEADER_BYTES, openRecord, recordBytes, scanSegment } from './record.ts';
import { segmentName, type SegmentFiles } from './segment-files.ts';

const MAX_SEGMENT_BYTES = 8 * 1024 * 1024;
/** A small limit is still a row of segments, not one. */
const SEGMENTS_AT_LEAST = 8;
const SYNC_AFTER_MS = 100;

/** Where a batch lies. */
export type Place = { segment: Segment; at: number; bytes: number };

export type Segment = {
  readonly name: string;
  lastSeq: number;
  bytes: number;
  /** Not in the folder on disk yet. */
  isNew: boolean;
  hasDamage: boolean;
  /** How many passes of dropping it went through (thinning.ts). */
  passes: number;
};

export type NumberedBatch = { seq: number; note: BatchNote; body: Buffer };

export type SpooledBatch = { seq: number; place: Place; note: BatchNote };

export type SpoolOptions = { files: SegmentFiles; limitBytes: number; log: Logger };

export class Spool {
  damagedBytes = 0;
  private readonly options: SpoolOptions;
  /** What a segment may hold. */
  readonly segmentBytes: number;
  private segments: Segment[] = [];
  /** The segment that is appended to; null: the next batch begins one. */
  private current: Segment | null = null;
  private bytes = 0;
  private lastSeq = 0;
  private settledSeq = 0;
  private readonly unsynced = new Set<Segment>();
  private syncTimer: NodeJS.Timeout | null = null;
  private syncing: Promise<void> = Promise.resolve();
  private isWritable = true;

  constructor(options: SpoolOptions) {
    this.options = options;
    this.segmentBytes = Math.min(MAX_SEGMENT_BYTES, Math.floor(options.limitBytes / SEGMENTS_AT_LEAST));
  }

  /**
   * Reads what a collector before left. `onBatch` gets each whole batch after `ackedSeq` in order, `onDamaged` the notes of those
   * whose lines cannot be read any more. Never throws.
   */
  open(ackedSeq: number, onBatch: (batch: SpooledBatch) => void, onDamaged: (note: BatchNote) => void): void {
    this.lastSeq = this.settledSeq = ackedSeq;
    const names = this.attempt(() => this.options.files.list(), 'spool cannot be listed') ?? [];
    let lastFound = 0;
    for (const [i, name] of names.entries()) {
      const segment = { name, lastSeq: 0, bytes: 0, isNew: false, hasDamage: false, passes: 0 };
      const found = this.attempt(
        () => this.recover(segment, lastFound, i === names.length - 1),
        'segment cannot be read',
      );
      if (found === undefined) this.setAside(segment);
      else {
        lastFound = segment.lastSeq;
        this.segments.push(segment);
        this.bytes += segment.bytes;
        for (const batch of found.batches) if (batch.seq > ackedSeq) onBatch(batch);
        for (const { seq, note } of found.damaged) if (seq > ackedSeq) onDamaged(decodeNote(note));
      }
    }
    this.lastSeq = Math.max(this.lastSeq, lastFound);
    this.trim(ackedSeq);
  }

  /** No batch before has this number. */
  get nextSeq(): number {
    return this.lastSeq + 1;
  }

  get isFull(): boolean {
    return this.bytes + this.segmentBytes > this.options.limitBytes;
  }

  /** Takes a batch with a higher number than all before; null when it cannot be taken: full, or the disk is. */
  append({ seq, note, body }: NumberedBatch): Place | null {
    const noteBytes = encodeNote(note);
    const parts = [encodeHeader(seq, noteBytes, body), noteBytes, body];
    const bytes = HEADER_BYTES + noteBytes.length + body.length;
    if (this.bytes + bytes > this.options.limitBytes) return null;
    const segment = this.segmentFor(seq, bytes);
    const place = { segment, at: segment.bytes, bytes };
    try {
      this.options.files.append(segment.name, parts);
    } catch (cause) {
      this.giveUp(segment, cause);
      return null;
    }
    if (segment.bytes === 0) this.segments.push(segment);
    segment.bytes += bytes;
    segment.lastSeq = this.lastSeq = seq;
    this.bytes += bytes;
    this.noteWritten(segment);
    return place;
  }

  /** Segments that nothing is appended to any more, oldest first. */
  get sealed(): readonly Segment[] {
    return this.segments.filter(segment => segment !== this.current);
  }

  /** Puts other batches in the place of all that a segment holds; null when that cannot be written. In order of their numbers. */
  rewrite(segment: Segment, batches: readonly NumberedBatch[]): Place[] | null {
    const places: Place[] = [];
    const parts: Buffer[] = [];
    let at = 0;
    for (const { seq, note, body } of batches) {
      const noteBytes = encodeNote(note);
      parts.push(encodeHeader(seq, noteBytes, body), noteBytes, body);
      const bytes = HEADER_BYTES + noteBytes.length + body.length;
      places.push({ segment, at, bytes });
      at += bytes;
    }
    const isDone = this.attempt(() => {
      this.options.files.replace(segment.name, parts);
      return true;
    }, 'spool could not be thinned out');
    if (isDone === undefined) return null;
    this.bytes += at - segment.bytes;
    segment.bytes = at;
    return places;
  }

  /** Null when it does not check any more. */
  read({ segment, at, bytes }: Place): { note: BatchNote; body: Buffer } | null {
    return (
      this.attempt(() => {
        const record = this.options.files.read(segment.name, at, bytes);
        const header = decodeHeader(record, 0);
        const { note, body } = header === null ? { note: null, body: null } : openRecord(record, header);
        if (note !== null && body !== null) return { note: decodeNote(note), body };
        this.damagedBytes += bytes;
        segment.hasDamage = true;
        return null;
      }, 'spooled batch cannot be read') ?? null
    );
  }

  /** The note alone, which may be whole where the body is not. */
  readNote({ segment, at, bytes }: Place): BatchNote | null {
    return (
      this.attempt(() => {
        const header = decodeHeader(this.options.files.read(segment.name, at, HEADER_BYTES), 0);
        if (header === null || recordBytes(header) !== bytes) return null;
        const record = this.options.files.read(segment.name, at, HEADER_BYTES + header.noteBytes);
        const { note } = openRecord(record, header);
        return note && decodeNote(note);
      }, 'note of a spooled batch cannot be read') ?? null
    );
  }

  /** All batches up to this one are acknowledged: they need not be synced any more. */
  settle(seq: number): void {
    this.settledSeq = seq;
  }

  /** Cursors up to this batch are on disk: segments that hold nothing newer go. */
  trim(seq: number): void {
    while (
      this.segments[0] !== undefined &&
      this.segments[0].lastSeq <= seq &&
      this.segments[0] !== this.current
    ) {
      const [segment] = this.segments.splice(0, 1);
      if (segment !== undefined) this.drop(segment);
    }
  }

  /** Bytes in segments that would go if the cursors were on disk. */
  get trimmableBytes(): number {
    let bytes = 0;
    for (const segment of this.segments) if (segment.lastSeq <= this.settledSeq) bytes += segment.bytes;
    return bytes;
  }

  async close(): Promise<void> {
    if (this.syncTimer !== null) clearTimeout(this.syncTimer);
    this.current = null;
    await this.syncing;
    if (this.lastSeq > this.settledSeq) await this.sync();
    this.options.files.closeAll();
  }

  private recover(segment: Segment, after: number, isLast: boolean) {
    const { files } = this.options;
    const size = files.bytesOf(segment.name);
    const { records, damaged, tail } = scanSegment(files.read(segment.name, 0, size), after);
    if (!isLast && tail.bytes > 0) damaged.push(tail);
    for (const range of damaged) this.damagedBytes += range.bytes;
    segment.hasDamage = damaged.length > 0;
    segment.bytes = segment.hasDamage ? size : tail.at;
    segment.lastSeq = records.at(-1)?.header.seq ?? after;
    if (isLast && tail.bytes > 0)
      this.attempt(() => files.cut(segment.name, tail.at), 'segment cannot be cut');
    const batches = records.map(({ at, header, note }) => ({
      seq: header.seq,
      place: { segment, at, bytes: recordBytes(header) },
      note: decodeNote(note),
    }));
    if (segment.hasDamage)
      this.options.log.error(
        { segment: segment.name },
        'spool is damaged, what is lost is read again from the engine',
      );
    return { batches, damaged: [...damaged, ...(isLast ? [tail] : [])].flatMap(({ notes }) => notes) };
  }

  private segmentFor(seq: number, bytes: number): Segment {
    if (this.current !== null && this.current.bytes + bytes <= this.segmentBytes) return this.current;
    this.current = {
      name: segmentName(seq),
      lastSeq: seq,
      bytes: 0,
      isNew: true,
      hasDamage: false,
      passes: 0,
    };
    return this.current;
  }

  private noteWritten(segment: Segment): void {
    this.unsynced.add(segment);
    this.syncSoon();
    if (!this.isWritable) this.options.log.info('spool can be written again');
    this.isWritable = true;
  }

  /** Half a record may have been written: it is cut, and nothing more is put behind it. */
  private giveUp(segment: Segment, cause: unknown): void {
    if (this.isWritable)
      this.options.log.error({ err: cause }, 'spool cannot be written, what is read waits in memory');
    this.isWritable = false;
    this.current = null;
    this.attempt(() => {
      if (segment.bytes === 0) this.options.files.remove(segment.name);
      else this.options.files.cut(segment.name, segment.bytes);
    }, null);
  }

  /** A batch that is acknowledged within the time is never synced. */
  private syncSoon(): void {
    if (this.syncTimer !== null) return;
    const seq = this.lastSeq;
    this.syncTimer = setTimeout(() => {
      this.syncTimer = null;
      if (this.settledSeq < seq) this.syncing = this.syncing.then(() => this.sync());
      else if (this.settledSeq < this.lastSeq) this.syncSoon();
    }, SYNC_AFTER_MS);
  }

  /** Resolves when all that was appended before is on disk, or could not be brought there. */
  async sync(): Promise<void> {
    for (const segment of [...this.unsynced]) {
      this.unsynced.delete(segment);
      try {
        await this.options.files.sync(segment.name, segment.isNew);
        segment.isNew = false;
      } catch (cause) {
        if (this.segments.includes(segment))
          this.options.log.error({ err: cause }, 'spool could not be synced');
      }
    }
  }

  private drop(segment: Segment): void {
    this.bytes -= segment.bytes;
    this.unsynced.delete(segment);
    if (segment.hasDamage) this.setAside(segment);
    else this.attempt(() => this.options.files.remove(segment.name), 'segment cannot be removed');
  }

  private setAside({ name }: Segment): void {
    this.attempt(() => this.options.files.setAside(name), 'damaged segment cannot be set aside');
  }

  private attempt<T>(task: () => T, complaint: string | null): T | undefined {
    try {
      return task();
    } catch (cause) {
      if (complaint !== null) this.options.log.error({ err: cause }, complaint);
      return undefined;
    }
  }
}
