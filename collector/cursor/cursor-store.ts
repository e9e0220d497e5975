/**
 * Keeps the cursors of one engine's containers on disk. They advance only after an ack. A cursor that lags costs a second reading
 * of lines whose ids the store already has, so writes are gathered: at most one each 200 ms, and rarer when the file is large.
 */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ContainerDetails } from '../engine/engine.ts';
import { readCheckedFile, writeCheckedFile } from './cursor-file.ts';
import type { LogCursor, Progress } from './cursor.ts';

const WRITE_EVERY_MS = 200;
/** Share of the time that may go into writing: a write that takes 50 ms is followed by a second of rest. */
const REST_PER_WRITE = 20;

export type CursorStore = {
  readonly eventsSince: string | null;
  logCursor(containerId: string): LogCursor | undefined;
  known(containerId: string): ContainerDetails | undefined;
  knownIds(): string[];
  /** Takes over what was acked and writes it soon. */
  advance(progress: Progress): void;
  /** Drops containers that the engine no longer has. */
  retain(containerIds: ReadonlySet<string>): void;
  /** Writes what is pending; resolves when it is on disk or could not be written. */
  close(): Promise<void>;
};

type Kept = { eventsSince: string | null; containers: Record<string, KeptContainer> };
type KeptContainer = { log?: LogCursor; known?: ContainerDetails };

export async function openCursorStore(options: {
  dir: string;
  engineId: string;
  log: Logger;
}): Promise<CursorStore> {
  await mkdir(options.dir, { recursive: true });
  const path = join(options.dir, `cursors-${shortHash(options.engineId)}`);
  const kept = await readCheckedFile(path, damaged =>
    options.log.error({ path: damaged }, 'cursor file is damaged and was set aside, an older one is used'),
  );
  return new FileCursorStore(path, toKept(kept), options.log);
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

const toKept = (value: unknown): Kept =>
  typeof value === 'object' && value !== null && 'containers' in value
    ? (value as Kept)
    : { eventsSince: null, containers: {} };

class FileCursorStore implements CursorStore {
  private readonly path: string;
  private readonly log: Logger;
  private readonly containers: Map<string, KeptContainer>;
  private since: string | null;
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();
  private restMs = WRITE_EVERY_MS;

  constructor(path: string, kept: Kept, log: Logger) {
    this.path = path;
    this.log = log;
    this.since = kept.eventsSince;
    this.containers = new Map(Object.entries(kept.containers));
  }

  get eventsSince(): string | null {
    return this.since;
  }

  logCursor(containerId: string): LogCursor | undefined {
    return this.containers.get(containerId)?.log;
  }

  known(containerId: string): ContainerDetails | undefined {
    return this.containers.get(containerId)?.known;
  }

  knownIds(): string[] {
    return [...this.containers].filter(([, kept]) => kept.known !== undefined).map(([id]) => id);
  }

  advance({ logs, known, eventsSince }: Progress): void {
    for (const [id, log] of logs) this.containers.set(id, { ...this.containers.get(id), log });
    for (const [id, details] of known) {
      if (details === null) this.containers.delete(id);
      else this.containers.set(id, { ...this.containers.get(id), known: details });
    }
    if (eventsSince !== null && eventsSince > (this.since ?? '')) this.since = eventsSince;
    if (logs.size > 0 || known.size > 0 || eventsSince !== null) this.writeSoon();
  }

  retain(containerIds: ReadonlySet<string>): void {
    for (const [id, { known }] of this.containers)
      if (!containerIds.has(id) && known === undefined) this.containers.delete(id);
  }

  async close(): Promise<void> {
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
      this.writing = this.writing.then(() => this.write());
    }
    await this.writing;
  }

  private writeSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.writing = this.writing.then(() => this.write());
    }, this.restMs);
  }

  private async write(): Promise<void> {
    const startedAt = performance.now();
    const kept: Kept = { eventsSince: this.since, containers: Object.fromEntries(this.containers) };
    try {
      await writeCheckedFile(this.path, kept);
    } catch (cause) {
      this.log.error({ err: cause, path: this.path }, 'cursors could not be written, trying again');
      this.writeSoon();
    }
    this.restMs = Math.max(WRITE_EVERY_MS, (performance.now() - startedAt) * REST_PER_WRITE);
  }
}
