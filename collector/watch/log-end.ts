/** Where a log ends now, and whether its follow has come that far: only the last line is asked for. */
import type { LogSource, SourceRead } from '../source/log-source.ts';
import { isSamePlace, type LogPlace } from './log-reading.ts';

export type EndRead = Pick<SourceRead, 'signal' | 'stopped' | 'since'>;

export class LogEnd {
  private readonly source: LogSource;
  private readonly maxLineBytes: number;
  private seen: LogPlace | null = null;
  private doubted: LogPlace | null = null;

  constructor(source: LogSource, maxLineBytes: number) {
    this.source = source;
    this.maxLineBytes = maxLineBytes;
  }

  /** By its stamp; null: the log is empty. */
  async read(how: EndRead): Promise<LogPlace | null> {
    const joiner = this.source.joiner({ maxLineBytes: this.maxLineBytes });
    let end: LogPlace | null = null;
    const onBytes = (bytes: Buffer) => {
      end = joiner.push(bytes).at(-1) ?? end;
      return undefined;
    };
    await this.source.read({ ...how, follow: false, last: 1, onBytes, onGap: () => undefined });
    return joiner.openSince ?? end;
  }

  /** Whether the log goes on behind a place; null: behind this stamp, or at all. */
  async isBeyond(place: LogPlace | null, since: string | null, how: EndRead): Promise<boolean> {
    const end = await this.read(how);
    if (end === null || isSamePlace(end, place)) return false;
    if (place === null && since !== null && end.stamp < since) return false;
    this.seen = end;
    return !isSamePlace(end, this.doubted);
  }

  /** The follow is opened again for the end that was seen: if that does not bring it there, nothing will. */
  doubt(): void {
    this.doubted = this.seen;
  }
}
