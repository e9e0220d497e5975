/**
 * Joins the fragments of one stream and numbers its lines. Every source of a log ends here, so that the same log gives the same
 * lines whoever read it.
 */
import { LINE_PARTIAL, LINE_TRUNCATED } from '#contract/constants.ts';
import { STAMP_LENGTH } from '#contract/stamp.ts';
import type { FrameReader } from './frames.ts';
import type { Line } from './line.ts';
import { isWholeSecond } from './stamp.ts';

export type LineJoinerOptions = { tty: boolean; maxLineBytes: number };

/** Where one message lies: stamp, space, text, and `\n` if it ends its line. */
export type Message = Pick<FrameReader, 'bytes' | 'start' | 'end'>;

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const PREFIX_BYTES = STAMP_LENGTH + 1;

/** A line that has begun. Fragments are kept as bytes: a cut may fall inside a character. */
type OpenLine = { stamp: string; parts: Buffer[]; keptBytes: number; bytes: number };

export class StreamJoiner {
  resent = 0;
  private readonly stream: 1 | 2;
  private readonly options: LineJoinerOptions;
  private open: OpenLine | null = null;
  private last: Line | null = null;
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

  /** A message that is text already and ends its line. The line may be the very one that is handed on. */
  takeLine(line: Line, into: Line[]): void {
    if (this.open !== null && this.open.stamp !== line.stamp) this.close(into, LINE_PARTIAL);
    if (this.open === null && line.bytes <= this.options.maxLineBytes) {
      if (this.options.tty) dropCarriageReturn(line);
      this.emit(into, line);
      return;
    }
    this.append(line.stamp, Buffer.from(line.text));
    this.close(into, 0);
  }

  /** A message that is text already, after which its line goes on. */
  takeFragment({ stamp, text }: Pick<Line, 'stamp' | 'text'>, into: Line[]): void {
    if (this.open !== null && this.open.stamp !== stamp) this.close(into, LINE_PARTIAL);
    this.append(stamp, Buffer.from(text));
  }

  get openSince(): { stamp: string; stream: 1 | 2 } | null {
    return this.open === null ? null : { stamp: this.open.stamp, stream: this.stream };
  }

  end(): Line[] {
    const lines: Line[] = [];
    this.close(lines, LINE_PARTIAL);
    return lines;
  }

  /**
   * The last line is remembered for long, here and in cursors. Where its text was cut out of a greater one, that would be kept in
   * memory with it.
   */
  ownLast(): void {
    if (this.last?.text.isWellFormed() === true) this.last.text = Buffer.from(this.last.text).toString();
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
   * without the repetition gives all later lines the same numbers. Within a whole second nothing can be said.
   */
  private emit(into: Line[], line: Line): void {
    if (line.stamp !== this.last?.stamp) {
      this.ordinal = 0;
    } else {
      this.ordinal++;
      line.ordinal = this.ordinal;
      if (line.text === this.last.text && !isWholeSecond(line.stamp)) {
        this.resent++;
        return;
      }
    }
    this.last = line;
    into.push(line);
  }
}

function dropCarriageReturn(line: Line): void {
  if (!line.text.endsWith('\r')) return;
  line.text = line.text.slice(0, -1);
  line.bytes--;
}

/** Length without a character that was cut in two at the end. */
function wholeCharacters(bytes: Buffer): number {
  let start = bytes.length - 1;
  while (start > 0 && bytes.length - start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start--;
  const lead = bytes[start] ?? 0;
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return size > 1 && start + size > bytes.length ? start : bytes.length;
}
