/**
 * The engine's own log files, as its json-file driver writes them: one JSON object a line, with the text of one message (a line
 * with its `\n`, or a fragment of at most 16 KiB without), its stream, sometimes attributes, and last its time.
 *
 *     {"log":"GET /\n","stream":"stdout","time":"2026-11-22T10:41:07.12345678Z"}
 *
 * What cannot be read as such was torn by a crash or damaged on disk: it is skipped, and the hole is told once the next good entry
 * shows where it ends.
 */
import { isAscii } from 'node:buffer';
import { STAMP_LENGTH } from '#contract/stamp.ts';
import type { GapReason } from '#contract/constants.ts';
import { oldest, type Line, type LineJoiner } from '../engine/lines.ts';
import { readStamp } from '../engine/stamp.ts';
import { StreamJoiner, type LineJoinerOptions } from '../engine/stream-joiner.ts';
import type { LogGap } from './log-source.ts';

export type EntryJoinerOptions = LineJoinerOptions & { onGap: (gap: LogGap, reason: GapReason) => void };

/** Every chunk that is pushed ends where an entry ends. */
export type EntryJoiner = LineJoiner & {
  /** Entries are missing here; it is told when the next one is read. `after`: they are newer than this, if nothing was read yet. */
  noteHole(reason: GapReason, after?: string): void;
};

export const createEntryJoiner = (options: EntryJoinerOptions): EntryJoiner => new Entries(options);

/** Every plain entry begins and goes on like this; the streams' names have one length. */
const HEAD = '{"log":"';
const STDOUT = String.raw`\n","stream":"stdout","time":"`;
const STDERR = String.raw`\n","stream":"stderr","time":"`;
const TAIL = '"}';
/** `2026-11-22T10:41:07.`: whoever shares it with the entry before has a time of the same shape. */
const SECOND_LENGTH = 20;
const SHORTEST_TIME = SECOND_LENGTH;

class Entries implements EntryJoiner {
  readonly broken = null;
  private readonly onGap: EntryJoinerOptions['onGap'];
  private readonly streams: { 1: StreamJoiner; 2: StreamJoiner };
  /** The chunk at work. */
  private text = '';
  private isAscii = true;
  /** Of the entry read last. */
  private stamp = '';
  private second = '';
  private hole: { reason: GapReason; lines?: number } | null = null;

  constructor({ onGap, ...options }: EntryJoinerOptions) {
    this.onGap = onGap;
    this.streams = { 1: new StreamJoiner(1, options), 2: new StreamJoiner(2, options) };
  }

  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    this.isAscii = isAscii(chunk);
    this.text = chunk.toString(this.isAscii ? 'latin1' : 'utf8');
    for (let at = 0; at < this.text.length;) {
      const newline = this.text.indexOf('\n', at);
      const end = newline === -1 ? this.text.length : newline;
      if (!this.takePlain(at, end, lines)) this.takeAny(this.text.slice(at, end), lines);
      at = end + 1;
    }
    this.text = '';
    this.streams[1].ownLast();
    this.streams[2].ownLast();
    return lines;
  }

  end(): Line[] {
    return [...this.streams[1].end(), ...this.streams[2].end()];
  }

  noteHole(reason: GapReason, after = ''): void {
    this.hole ??= { reason };
    this.stamp ||= after;
  }

  get openSince(): { stamp: string; stream: 1 | 2 } | null {
    return oldest(this.streams[1].openSince, this.streams[2].openSince);
  }

  get resent(): number {
    return this.streams[1].resent + this.streams[2].resent;
  }

  /**
   * An entry without attributes whose text holds no escape but that of its line end: nearly all are, and their texts are cut out
   * as they stand. False for any other.
   */
  private takePlain(at: number, end: number, into: Line[]): boolean {
    const { text } = this;
    const start = at + HEAD.length;
    const escape = text.indexOf('\\', start);
    const isOut = text.startsWith(STDOUT, escape);
    if (!(isOut || text.startsWith(STDERR, escape)) || !text.startsWith(HEAD, at)) return false;
    if (text.indexOf('"', start) !== escape + 2) return false;
    const stamp = this.stampAt(escape + STDOUT.length, end - TAIL.length);
    if (stamp === null || !text.startsWith(TAIL, end - TAIL.length)) return false;
    const line = text.slice(start, escape);
    const stream = isOut ? 1 : 2;
    this.pass(stamp);
    const bytes = this.isAscii ? line.length : Buffer.byteLength(line);
    this.streams[stream].takeLine({ stamp, ordinal: 0, stream, text: line, bytes, flags: 0 }, into);
    return true;
  }

  /** The time between two places of the chunk as a stamp: the engine leaves out zeros at its end. */
  private stampAt(start: number, end: number): string | null {
    const { text, second } = this;
    if (end - start === STAMP_LENGTH && second !== '' && text.startsWith(second, start))
      return second + text.slice(start + SECOND_LENGTH, end);
    if (end - start < SHORTEST_TIME || end - start > STAMP_LENGTH) return null;
    return readStamp(text.slice(start, end));
  }

  private takeAny(entry: string, into: Line[]): void {
    const read = readEntry(entry);
    if (read === null) {
      this.hole ??= { reason: 'engine-error' };
      this.hole.lines = (this.hole.lines ?? 0) + 1;
      return;
    }
    const { stamp, stream, log } = read;
    this.pass(stamp);
    if (!log.endsWith('\n')) {
      this.streams[stream].takeFragment({ stamp, text: log }, into);
      return;
    }
    const text = log.slice(0, -1);
    this.streams[stream].takeLine(
      { stamp, ordinal: 0, stream, text, bytes: Buffer.byteLength(text), flags: 0 },
      into,
    );
  }

  private pass(stamp: string): void {
    if (this.hole !== null) {
      const { reason, ...count } = this.hole;
      this.hole = null;
      this.onGap({ from: this.stamp === '' ? stamp : this.stamp, to: stamp, ...count }, reason);
    }
    this.stamp = stamp;
    if (!stamp.startsWith(this.second) || this.second === '') this.second = stamp.slice(0, SECOND_LENGTH);
  }
}

type Entry = { stamp: string; stream: 1 | 2; log: string };

/** Null for what is no entry. */
function readEntry(text: string): Entry | null {
  let entry: { log?: unknown; stream?: unknown; time?: unknown } | null;
  try {
    entry = JSON.parse(text) as typeof entry;
  } catch {
    return null;
  }
  const { log, stream, time } = entry ?? {};
  if (typeof log !== 'string' || (stream !== 'stdout' && stream !== 'stderr') || typeof time !== 'string')
    return null;
  const stamp = readStamp(time);
  return stamp === null ? null : { stamp, stream: stream === 'stdout' ? 1 : 2, log };
}
