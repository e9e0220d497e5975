/**
 * Bytes of a log stream → lines. Every message of the engine begins with its stamp and a space; a message without a line end
 * is a fragment of a longer line (the engine cuts at 16 KiB) and all fragments of a line carry the stamp of the first.
 */
import { LINE_PARTIAL, LINE_TRUNCATED } from '#contract/constants.ts';
import { STAMP_LENGTH } from '#contract/stamp.ts';
import { createFrameReader, FRAME_STDERR, FRAME_SYSTEM_ERROR, type FrameReader } from './frames.ts';
import { isStampAt } from './stamp.ts';
import { TtyReader } from './tty-lines.ts';

/**
 * One complete line of one stream of one container.
 * `stamp`: the engine's own, 30 characters (`2026-11-22T10:41:07.123456789Z`), of the line's first fragment.
 * `ordinal`: place in a contiguous run of equal stamps of the stream. `stream`: 1 stdout, 2 stderr.
 * `bytes`: size of the original text without its line end. `flags`: bits LINE_* of `#contract/batch.ts`.
 */
export type Line = {
  stamp: string;
  ordinal: number;
  stream: 1 | 2;
  text: string;
  bytes: number;
  flags: number;
};

export type LineJoinerOptions = { tty: boolean; maxLineBytes: number };

export type LineJoiner = {
  /** Complete lines in the order of the stream. `chunk` may be reused by the caller afterwards. */
  push(chunk: Buffer): Line[];
  /** Lines that were never ended; only for a stream whose container is dead, and then they are flagged. */
  end(): Line[];
  /** Stamp and stream of the oldest line that has begun and not ended: a later read must start there. */
  readonly openSince: { stamp: string; stream: 1 | 2 } | null;
  /** What the engine said went wrong inside the stream. Nothing after it can be trusted: open it again. */
  readonly broken: string | null;
  /** Lines the engine sent twice in a row, as it does at a rotation. */
  readonly resent: number;
};

export function createLineJoiner(options: LineJoinerOptions): LineJoiner {
  return options.tty ? createTtyJoiner(options) : createFramedJoiner(options);
}

function createFramedJoiner(options: LineJoinerOptions): LineJoiner {
  const frames = createFrameReader();
  const streams = { 1: new StreamJoiner(1, options), 2: new StreamJoiner(2, options) };
  let broken: string | null = null;

  return {
    push(chunk) {
      const lines: Line[] = [];
      if (broken !== null) return lines;
      frames.push(chunk);
      while (frames.next()) {
        if (frames.type === FRAME_SYSTEM_ERROR) {
          broken = frames.bytes.toString('utf8', frames.start, frames.end).trim() || 'unknown error';
          break;
        }
        if (!isStampAt(frames.bytes, frames.start)) {
          broken = 'a message without a stamp';
          break;
        }
        (frames.type === FRAME_STDERR ? streams[2] : streams[1]).take(frames, lines);
      }
      if (frames.outOfStep) broken = 'bytes that are not a log frame';
      return lines;
    },
    end: () => [...streams[1].end(), ...streams[2].end()],
    get openSince() {
      return oldest(streams[1].openSince, streams[2].openSince);
    },
    get broken() {
      return broken;
    },
    get resent() {
      return streams[1].resent + streams[2].resent;
    },
  };
}

function createTtyJoiner(options: LineJoinerOptions): LineJoiner {
  const messages = new TtyReader();
  const stream = new StreamJoiner(1, options);
  const drain = () => {
    const lines: Line[] = [];
    while (messages.next()) stream.take(messages, lines);
    return lines;
  };
  return {
    push(chunk) {
      messages.push(chunk);
      return drain();
    },
    end() {
      messages.finish();
      return [...drain(), ...stream.end()];
    },
    get openSince() {
      return (
        stream.openSince ?? (messages.openSince === null ? null : { stamp: messages.openSince, stream: 1 })
      );
    },
    broken: null,
    get resent() {
      return stream.resent;
    },
  };
}

/** Where one message lies: stamp, space, text, and `\n` if it ends its line. */
export type Message = Pick<FrameReader, 'bytes' | 'start' | 'end'>;

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const PREFIX_BYTES = STAMP_LENGTH + 1;

/** A line that has begun. Fragments are kept as bytes: a cut may fall inside a character. */
type OpenLine = { stamp: string; parts: Buffer[]; keptBytes: number; bytes: number };

/** Joins the fragments of one stream and numbers its lines. */
class StreamJoiner {
  resent = 0;
  private readonly stream: 1 | 2;
  private readonly options: LineJoinerOptions;
  private open: OpenLine | null = null;
  private lastStamp = '';
  private lastText = '';
  private ordinal = 0;

  constructor(stream: 1 | 2, options: LineJoinerOptions) {
    this.stream = stream;
    this.options = options;
  }

  take({ bytes, start, end }: Message, into: Line[]): void {
    const stamp = bytes.toString('latin1', start, start + STAMP_LENGTH);
    const textStart = start + PREFIX_BYTES;
    const ended = end > textStart && bytes[end - 1] === NEWLINE;
    let textEnd = ended ? end - 1 : end;
    // Another stamp: the run before died in the middle of its line, and this message begins a new one.
    if (this.open !== null && this.open.stamp !== stamp) this.close(into, LINE_PARTIAL);
    if (this.open === null && ended && textEnd - textStart <= this.options.maxLineBytes) {
      if (this.options.tty && textEnd > textStart && bytes[textEnd - 1] === CARRIAGE_RETURN) textEnd--;
      this.emit(into, {
        stamp,
        ordinal: 0,
        stream: this.stream,
        text: bytes.toString('utf8', textStart, textEnd),
        bytes: textEnd - textStart,
        flags: 0,
      });
      return;
    }
    this.append(stamp, bytes.subarray(textStart, textEnd));
    if (ended) this.close(into, 0);
  }

  get openSince(): { stamp: string; stream: 1 | 2 } | null {
    return this.open === null ? null : { stamp: this.open.stamp, stream: this.stream };
  }

  end(): Line[] {
    const lines: Line[] = [];
    this.close(lines, LINE_PARTIAL);
    return lines;
  }

  private append(stamp: string, part: Buffer): void {
    const open = (this.open ??= { stamp, parts: [], keptBytes: 0, bytes: 0 });
    const kept = part.subarray(0, Math.max(0, this.options.maxLineBytes - open.keptBytes));
    if (kept.length > 0) open.parts.push(Buffer.from(kept));
    open.keptBytes += kept.length;
    open.bytes += part.length;
  }

  private close(into: Line[], flags: number): void {
    const open = this.open;
    if (open === null) return;
    this.open = null;
    const whole = Buffer.concat(open.parts);
    const truncated = open.bytes > open.keptBytes;
    const carriageReturn = this.options.tty && !truncated && whole.at(-1) === CARRIAGE_RETURN ? 1 : 0;
    const end = truncated ? wholeCharacters(whole) : whole.length - carriageReturn;
    this.emit(into, {
      stamp: open.stamp,
      ordinal: 0,
      stream: this.stream,
      text: whole.toString('utf8', 0, end),
      bytes: open.bytes - carriageReturn,
      flags: truncated ? flags | LINE_TRUNCATED : flags,
    });
  }

  /**
   * Numbers a line within its run of equal stamps. The engine's clock ticks faster than it can write two lines, so the same
   * text at the same nanosecond is the engine re-sending a line at a rotation: dropped, but it keeps its ordinal, so that a read
   * without the repetition gives all later lines the same numbers.
   */
  private emit(into: Line[], line: Line): void {
    if (line.stamp !== this.lastStamp) {
      this.ordinal = 0;
    } else {
      this.ordinal++;
      line.ordinal = this.ordinal;
      if (line.text === this.lastText) {
        this.resent++;
        return;
      }
    }
    this.lastStamp = line.stamp;
    this.lastText = line.text;
    into.push(line);
  }
}

/** Length without a character that was cut in two at the end. */
function wholeCharacters(bytes: Buffer): number {
  let start = bytes.length - 1;
  while (start > 0 && bytes.length - start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start--;
  const lead = bytes[start] ?? 0;
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return size > 1 && start + size > bytes.length ? start : bytes.length;
}

function oldest<T extends { stamp: string }>(a: T | null, b: T | null): T | null {
  if (a === null || b === null) return a ?? b;
  return a.stamp <= b.stamp ? a : b;
}
