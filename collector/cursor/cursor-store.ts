/**
 * How far each container was taken, in two states. What is acknowledged is kept on disk, with the number of the batch it reaches to.
 * What is taken runs ahead of it by the batches in the spool, and is what a reader goes on from: after a restart it is what was
 * acknowledged plus what the batches found in the spool account for. A file that lags costs a second reading of lines whose ids the
 * store already has, so writes are gathered: at most one each second, and rarer when the file is large.
 */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ContainerDetails } from '../engine/engine.ts';
import { readCheckedFile, writeCheckedFile } from './cursor-file.ts';
import type { LogCursor, Progress } from './cursor.ts';

const WRITE_EVERY_MS = 1_000;
/** Share of the time that may go into writing: a write that takes 10 ms is followed by two seconds of rest. */
const REST_PER_WRITE = 200;

export type CursorStore = {
  /** Of what is taken. */
  readonly eventsSince: string | null;
  logCursor(containerId: string): LogCursor | undefined;
  known(containerId: string): ContainerDetails | undefined;
  knownIds(): string[];
  /** Number of the last batch that is acknowledged with all before it. */
  readonly ackedSeq: number;
  /** These lines and events are in a batch now. */
  take(progress: Progress): void;
  /** The batch of this number is acknowledged, and all before it: written soon. */
  advance(progress: Progress, seq: number): void;
  /** Writes without waiting for the second to pass. */
  writeNow(): void;
  /**
   * Called when a write that reaches to this batch has ended. Also when it failed: then what the spool holds up to there has to go
   * as well, for its room may be what is missing, and a crash costs a second reading.
   */
  onWritten: (seq: number) => void;
  /** Writes what is pending; resolves when it is on disk or could not be written. */
  close(): Promise<void>;
};

type Kept = { ackedSeq?: number; eventsSince: string | null; containers: Record<string, KeptContainer> };
type KeptContainer = { log?: LogCursor; known?: ContainerDetails };

export async function openCursorStore(options: {
  dir: string;
  engineId: string;
  log: Logger;
}): Promise<CursorStore> {
  await mkdir(options.dir, { recursive: true });
  const path = cursorFilePath(options);
  const kept = await readCheckedFile(path, damaged =>
    options.log.error({ path: damaged }, 'cursor file is damaged and was set aside, an older one is used'),
  );
  return new FileCursorStore(path, toKept(kept), options.log);
}

export const cursorFilePath = ({ dir, engineId }: { dir: string; engineId: string }): string =>
  join(dir, `cursors-${createHash('sha256').update(engineId).digest('hex').slice(0, 12)}`);

const toKept = (value: unknown): Kept =>
  typeof value === 'object' && value !== null && 'containers' in value
    ? (value as Kept)
    : { eventsSince: null, containers: {} };

/** One state of all cursors. */
class Cursors {
  eventsSince: string | null;
  readonly containers: Map<string, KeptContainer>;

  constructor({ eventsSince, containers }: Kept) {
    this.eventsSince = eventsSince;
    this.containers = new Map(Object.entries(containers));
  }

  apply({ logs, known, eventsSince }: Progress): void {
    for (const [id, log] of logs) this.containers.set(id, { ...this.containers.get(id), log });
    for (const [id, details] of known) {
      if (details === null) this.containers.delete(id);
      else this.containers.set(id, { ...this.containers.get(id), known: details });
    }
    if (eventsSince !== null && eventsSince > (this.eventsSince ?? '')) this.eventsSince = eventsSince;
  }
}

class FileCursorStore implements CursorStore {
  ackedSeq: number;
  onWritten: (seq: number) => void = () => undefined;
  private readonly path: string;
  private readonly log: Logger;
  private readonly acked: Cursors;
  private readonly taken: Cursors;
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();
  private isWriting = false;
  private restMs = WRITE_EVERY_MS;

  constructor(path: string, kept: Kept, log: Logger) {
    this.path = path;
    this.log = log;
    this.ackedSeq = kept.ackedSeq ?? 0;
    this.acked = new Cursors(kept);
    this.taken = new Cursors(kept);
  }

  get eventsSince(): string | null {
    return this.taken.eventsSince;
  }

  logCursor(containerId: string): LogCursor | undefined {
    return this.taken.containers.get(containerId)?.log;
  }

  known(containerId: string): ContainerDetails | undefined {
    return this.taken.containers.get(containerId)?.known;
  }

  knownIds(): string[] {
    return [...this.taken.containers].filter(([, kept]) => kept.known !== undefined).map(([id]) => id);
  }

  take(progress: Progress): void {
    this.taken.apply(progress);
  }

  advance(progress: Progress, seq: number): void {
    this.acked.apply(progress);
    this.ackedSeq = seq;
    this.timer ??= setTimeout(() => this.startWrite(), this.restMs);
  }

  writeNow(): void {
    if (!this.isWriting) this.startWrite();
  }

  async close(): Promise<void> {
    if (this.timer !== null) this.startWrite();
    await this.writing;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private startWrite(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.isWriting = true;
    this.writing = this.writing
      .then(() => this.write())
      .finally(() => {
        this.isWriting = false;
      });
  }

  private async write(): Promise<void> {
    const startedAt = performance.now();
    const { ackedSeq } = this;
    const { eventsSince, containers } = this.acked;
    const kept: Kept = { ackedSeq, eventsSince, containers: Object.fromEntries(containers) };
    try {
      await writeCheckedFile(this.path, kept);
    } catch (cause) {
      this.log.error({ err: cause, path: this.path }, 'cursors could not be written, trying again');
      this.timer ??= setTimeout(() => this.startWrite(), this.restMs);
    }
    this.onWritten(ackedSeq);
    this.restMs = Math.max(WRITE_EVERY_MS, (performance.now() - startedAt) * REST_PER_WRITE);
  }
}
