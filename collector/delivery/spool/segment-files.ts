/**
 * The files of the spool: `<number of the first batch>.segment`, only ever appended to, and `.damaged` for those set aside.
 * A write goes to the page cache at once, which outlives a killed process; `sync` makes it outlive the machine.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What is asked of the file system: tests hand in one that fails at its nth call. */
export type FileCalls = Pick<
  typeof fs,
  | 'mkdirSync'
  | 'readdirSync'
  | 'openSync'
  | 'closeSync'
  | 'fstatSync'
  | 'readSync'
  | 'writevSync'
  | 'ftruncateSync'
  | 'renameSync'
  | 'unlinkSync'
  | 'fsyncSync'
> & { fdatasync: (file: number, done: (error: NodeJS.ErrnoException | null) => void) => void };

const SEGMENT = /^(\d{16})\.segment$/;
const DAMAGED = /^\d{16}\.damaged$/;
const UNFINISHED = /\.new$/;
/** Segments set aside for people to look at; older ones make room. */
const KEEP_DAMAGED = 4;

/** Names sort as the numbers they begin with. */
export const segmentName = (firstSeq: number): string => `${String(firstSeq).padStart(16, '0')}.segment`;

export class SegmentFiles {
  private readonly dir: string;
  private readonly calls: FileCalls;
  private readonly open = new Map<string, number>();

  constructor(dir: string, calls: FileCalls = fs) {
    this.dir = dir;
    this.calls = calls;
  }

  /** Makes the folder; names of segments, oldest first. What a replacement left unfinished is removed. */
  list(): string[] {
    this.calls.mkdirSync(this.dir, { recursive: true });
    const names = this.calls.readdirSync(this.dir);
    for (const name of names.filter(one => UNFINISHED.test(one))) this.calls.unlinkSync(this.pathOf(name));
    return names.filter(name => SEGMENT.test(name)).sort();
  }

  bytesOf(name: string): number {
    return this.calls.fstatSync(this.opened(name)).size;
  }

  /** Fewer bytes than asked when the file ends before. */
  read(name: string, at: number, bytes: number): Buffer {
    const buffer = Buffer.allocUnsafe(bytes);
    let filled = 0;
    while (filled < bytes) {
      const got = this.calls.readSync(this.opened(name), buffer, filled, bytes - filled, at + filled);
      if (got === 0) break;
      filled += got;
    }
    return buffer.subarray(0, filled);
  }

  /** Throws when not all of it could be written; then some of it may have been. */
  append(name: string, parts: readonly Buffer[]): void {
    const wanted = parts.reduce((sum, { length }) => sum + length, 0);
    const written = this.calls.writevSync(this.opened(name), parts);
    if (written < wanted) this.writeAll(this.opened(name), Buffer.concat(parts).subarray(written));
  }

  cut(name: string, bytes: number): void {
    this.calls.ftruncateSync(this.opened(name), bytes);
  }

  /** Resolves when what was appended before is on disk; of a new file its name, too. */
  async sync(name: string, isNew: boolean): Promise<void> {
    await promisify(this.calls.fdatasync)(this.opened(name));
    if (isNew) this.syncFolder();
  }

  /** Puts other bytes in the place of a segment: a crash leaves the old ones or the new ones. */
  replace(name: string, parts: readonly Buffer[]): void {
    const path = this.pathOf(`${name}.new`);
    const file = this.calls.openSync(path, 'w', 0o600);
    try {
      for (const part of parts) this.writeAll(file, part);
      this.calls.fsyncSync(file);
    } finally {
      this.calls.closeSync(file);
    }
    this.calls.renameSync(path, this.pathOf(name));
    this.close(name);
  }

  remove(name: string): void {
    this.close(name);
    this.calls.unlinkSync(this.pathOf(name));
  }

  /** Keeps a damaged segment under a name that is not read again; of several the newest. */
  setAside(name: string): void {
    this.close(name);
    this.calls.renameSync(this.pathOf(name), this.pathOf(name.replace('.segment', '.damaged')));
    const kept = this.calls.readdirSync(this.dir).filter(one => DAMAGED.test(one));
    for (const old of kept.sort().slice(0, -KEEP_DAMAGED)) this.calls.unlinkSync(this.pathOf(old));
  }

  closeAll(): void {
    for (const name of [...this.open.keys()]) this.close(name);
  }

  private pathOf(name: string): string {
    return join(this.dir, name);
  }

  private opened(name: string): number {
    const known = this.open.get(name);
    if (known !== undefined) return known;
    const file = this.calls.openSync(this.pathOf(name), 'a+', 0o600);
    this.open.set(name, file);
    return file;
  }

  private close(name: string): void {
    const file = this.open.get(name);
    this.open.delete(name);
    if (file !== undefined) this.calls.closeSync(file);
  }

  private writeAll(file: number, bytes: Buffer): void {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(this.calls.writevSync(file, [rest]));
  }

  private syncFolder(): void {
    const folder = this.calls.openSync(this.dir, 'r');
    try {
      this.calls.fsyncSync(folder);
    } finally {
      this.calls.closeSync(folder);
    }
  }
}
