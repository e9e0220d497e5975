/**
 * What a container printed, on its way from a socket that is always read to a reader that may have to wait. What comes in is cut into
 * lines, each gets its stamp at once, and comes out as the engine would have sent it: frames with a stamp before the text. Bounded:
 * when it is full, whole lines are dropped and counted until half of it is read, and one gap tells of them where they would have been.
 *
 * - Every line that comes in goes out or is counted in a gap, and no line does both.
 * - A line that has begun to go out is not cut, unless it is longer than a line may be anyway.
 */
import type { GapReason } from '#contract/constants.ts';
import type { Counters } from '../../counters.ts';
import { FRAME_PREFIX_BYTES, FrameWriter } from '../../engine/frame-writer.ts';
import type { LogGap } from '../log-source.ts';
import type { Stamper } from './stamper.ts';

/** `ended`: the engine has nothing more to say of this run of the container, or the connection was cut. */
export type Queued =
  { kind: 'frames'; bytes: Buffer } | { kind: 'gap'; gap: LogGap; reason: GapReason } | { kind: 'ended' };

/** What the queues of all containers hold together. */
export type OutputSpace = { bytes: number };

export type OutputQueueOptions = {
  stamper: Stamper;
  maxLineBytes: number;
  space: OutputSpace;
  counters: Pick<Counters, 'linesRead' | 'linesDropped'>;
  /** Of this container, and of all; the defaults are for everyone but tests. */
  maxBytes?: number;
  maxBytesOfAll?: number;
};

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_BYTES_OF_ALL = 64 * 1024 * 1024;
/** What a piece costs beyond its bytes. */
const OVERHEAD_BYTES = 200;
const NEWLINE = 10;
const END_OF_LINE = Buffer.from([NEWLINE]);

/** The line of a stream that has begun; `stamp` null: it is dropped. */
type OpenLine = { stamp: string | null; bytes: number };

/** One for all queues: nothing stays in it. */
const frames = new FrameWriter();

export class OutputQueue {
  private readonly options: OutputQueueOptions;
  private readonly queued: Queued[] = [];
  private readonly open: { 1: OpenLine | null; 2: OpenLine | null } = { 1: null, 2: null };
  private bytes = 0;
  private isDropping = false;
  private dropped: { from: string; lines: number } | null = null;
  private lastStamp: string;
  private waking: (() => void) | null = null;

  constructor(options: OutputQueueOptions) {
    this.options = options;
    this.lastStamp = options.stamper.next();
  }

  /** What a stream has printed, which may end anywhere. */
  add(stream: 1 | 2, bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      const newline = bytes.indexOf(NEWLINE, at);
      const end = newline === -1 ? bytes.length : newline + 1;
      this.addPiece(stream, bytes.subarray(at, end), newline !== -1);
      at = end;
    }
    this.pushFrames();
  }

  /** Nothing more comes of the line that has begun in this stream. */
  endLine(stream: 1 | 2): void {
    this.open[stream] = null;
  }

  /** Nothing more comes until the container starts again, or is attached to again. */
  end(): void {
    this.tellDropped(this.stamp());
    this.push({ kind: 'ended' });
  }

  tellGap(gap: LogGap, reason: GapReason): void {
    this.push({ kind: 'gap', gap, reason });
  }

  /** Later than the stamps of all lines so far. */
  stamp(): string {
    return this.options.stamper.next();
  }

  take(): Queued | undefined {
    const queued = this.queued.shift();
    if (queued?.kind === 'frames') this.account(-queued.bytes.length - OVERHEAD_BYTES);
    return queued;
  }

  /** Resolves when there is something to take, or when aborted. */
  async more(signal: AbortSignal): Promise<void> {
    if (this.queued.length > 0 || signal.aborted) return;
    await new Promise<void>(resolve => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake);
      this.waking = wake;
    });
  }

  /** Nobody will take anything any more. */
  close(): void {
    this.queued.length = 0;
    this.account(-this.bytes);
  }

  private addPiece(stream: 1 | 2, piece: Buffer, isEnd: boolean): void {
    const line = (this.open[stream] ??= this.beginLine());
    if (isEnd) this.open[stream] = null;
    line.bytes += piece.length;
    if (line.stamp === null) return;
    const isTooMuch = line.bytes > this.options.maxLineBytes && this.isFull;
    if (isTooMuch && !isEnd) return;
    const kept = isTooMuch ? END_OF_LINE : piece;
    frames.add(stream, line.stamp, kept);
    this.account(FRAME_PREFIX_BYTES + kept.length);
  }

  private beginLine(): OpenLine {
    this.isDropping = this.isDropping ? !this.hasRoom : this.isFull;
    if (this.isDropping) return this.dropLine();
    this.lastStamp = this.stamp();
    if (this.dropped !== null) this.tellDropped(this.lastStamp);
    return { stamp: this.lastStamp, bytes: 0 };
  }

  private dropLine(): OpenLine {
    const { counters } = this.options;
    counters.linesRead++;
    counters.linesDropped++;
    this.dropped ??= { from: this.lastStamp, lines: 0 };
    this.dropped.lines++;
    return { stamp: null, bytes: 0 };
  }

  /** Behind what came before them, where they would have been. */
  private tellDropped(to: string): void {
    if (this.dropped === null) return;
    this.pushFrames();
    const { from, lines } = this.dropped;
    this.dropped = null;
    this.push({ kind: 'gap', gap: { from, to, lines }, reason: 'attach-dropped' });
  }

  private pushFrames(): void {
    const bytes = frames.take();
    if (bytes === null) return;
    this.account(OVERHEAD_BYTES);
    this.push({ kind: 'frames', bytes });
  }

  private push(queued: Queued): void {
    this.queued.push(queued);
    this.waking?.();
    this.waking = null;
  }

  private account(bytes: number): void {
    this.bytes += bytes;
    this.options.space.bytes += bytes;
  }

  private get isFull(): boolean {
    const { space, maxBytes = MAX_BYTES, maxBytesOfAll = MAX_BYTES_OF_ALL } = this.options;
    return this.bytes >= maxBytes || space.bytes >= maxBytesOfAll;
  }

  /** For more than a few lines: an episode has to end, and the next one must not begin at once. */
  private get hasRoom(): boolean {
    const { space, maxBytes = MAX_BYTES, maxBytesOfAll = MAX_BYTES_OF_ALL } = this.options;
    return this.bytes * 2 <= maxBytes && space.bytes * 8 <= maxBytesOfAll * 7;
  }
}
