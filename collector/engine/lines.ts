/**
 * Bytes of a log stream → lines. Every message of the engine begins with its stamp and a space; a message without a line end
 * is a fragment of a longer line (the engine cuts at 16 KiB) and all fragments of a line carry the stamp of the first.
 */
import { createFrameReader, FRAME_STDERR, FRAME_SYSTEM_ERROR } from './frames.ts';
import type { Line } from './line.ts';
import { isSecondAt, isStampAt, withWholeStamp } from './stamp.ts';
import { StreamJoiner, type LineJoinerOptions, type Message } from './stream-joiner.ts';
import { TtyReader } from './tty-lines.ts';

export type { Line } from './line.ts';

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

/** For frames, also of a container with a terminal. */
export function createFramedJoiner(options: LineJoinerOptions): LineJoiner {
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
        const message = stamped(frames);
        if (message === null) {
          broken = 'a message without a stamp';
          break;
        }
        (frames.type === FRAME_STDERR ? streams[2] : streams[1]).take(message, lines);
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

/** The message with its stamp at full length; null when it has none. */
function stamped(message: Message): Message | null {
  const { bytes, start, end } = message;
  if (isStampAt(bytes, start)) return message;
  if (!isSecondAt(bytes, start)) return null;
  const whole = withWholeStamp(bytes, start, end);
  return { bytes: whole, start: 0, end: whole.length };
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

/** The earlier of two; null is none. */
export function oldest<T extends { stamp: string }>(a: T | null, b: T | null): T | null {
  if (a === null || b === null) return a ?? b;
  return a.stamp <= b.stamp ? a : b;
}
