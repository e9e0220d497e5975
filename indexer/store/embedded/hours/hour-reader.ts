/** One hour as it is read: what its live file and its packs hold together, each record, event and sample once. */
import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { FindEvents } from '../../log-store.ts';
import { checksumOfDocument, verify } from '../segment/checksum.ts';
import type { ContentCache } from '../segment/content-cache.ts';
import { filesOfHour } from './folder.ts';
import { livePath, startOfHour, type Hour, type HourFiles } from './hours.ts';
import { bytesOfId, idOfBytes } from '../segment/id-bytes.ts';
import { openForReading } from './live-file.ts';
import { createLiveReader, type LiveReader } from './live-reader.ts';
import { openPack, type Pack, type PackedSamples } from './pack-file.ts';
import { createRows, type Rows } from './rows.ts';
import { underSubject } from '../segment/sample-row.ts';
import type { BlockRef, FileSegment } from '../segment/segment-ref.ts';
import { readingFile } from './unreadable.ts';

/** A live file that is open for reading. */
export type OpenLive = { rows: Rows; reader: LiveReader; close: () => void };

export interface HourReader {
  readonly hour: Hour;
  readonly startSeconds: number;
  /** The packs that are read: those that no other replaces. */
  readonly packs: readonly Pack[];
  /** What is in the live file and in no pack, in order of arrival. */
  readonly blocks: readonly BlockRef[];
  segments(): FileSegment[];
  /** In no order; `low` ≤ id < `high`, as bytes. */
  events(range: EventRange): ContainerEvent[];
  /** How many events and samples are in the live file. */
  liveDocuments(): { events: number; samples: number };
  /** By container; stamps from `from` until before `to`, ascending. */
  samples(range: SampleRange): Map<string, PackedSamples>;
}

export type EventRange = Pick<FindEvents, 'containerIds' | 'actions'> & { low: Uint8Array; high: Uint8Array };
export type SampleRange = { from: string; to: string; containerIds?: string[] };

/** `cache` is for who asks again. Throws SQLite's error, or `UnknownFormatError`, when the file cannot be opened. */
export function openLive(dir: string, hour: Hour, cache?: ContentCache): OpenLive {
  const db: DatabaseSync = openForReading(livePath(dir, hour));
  const rows = createRows(db);
  return { rows, reader: createLiveReader(rows, cache), close: () => db.close() };
}

type Parts = {
  dir: string;
  files: HourFiles;
  live: OpenLive | undefined;
  packOf: (name: string) => Pack;
  /** Packs that are not to be read. */
  isLeftOut?: (name: string) => boolean;
};

/**
 * The hour as it is now. The blocks are listed before the packs: what is moved between the two looks is then in both, and left
 * out of the blocks; the other way round it would be in neither.
 */
export function readHour({ dir, files, live, packOf, isLeftOut }: Parts): HourReader {
  const { hour } = files;
  const listed = live?.reader.all(0) ?? [];
  // Also when the live file that was listed is gone by now: then it is a pack.
  const names = files.isLive ? filesOfHour(dir, hour).packs : files.packs;
  const all = names.filter(name => !isLeftOut?.(name)).map(packOf);
  const replaced = new Set(all.flatMap(({ replaces }) => replaces));
  const packs = all.filter(({ name }) => !replaced.has(name));
  const upTo = all.reduce((last, pack) => Math.max(last, pack.upTo), 0);
  const blocks = listed.filter(({ first }) => first > upTo);
  return {
    hour,
    startSeconds: startOfHour(hour) / 1_000,
    packs,
    blocks,
    segments: () => [
      ...packs
        .filter(({ segment }) => segment.count > 0)
        .map(({ name, segment: { low, high, count }, segment }) => {
          return { low, high, count, open: () => segment, file: name };
        }),
      ...blocks.map(block => ({ ...block, file: `${hour}.db` })),
    ],
    events(range) {
      const found = packs
        .flatMap(pack => readingFile(pack.name, pack.events))
        .filter(event => isWanted(event, range));
      const known = new Set(found.map(({ event }) => event.id));
      return [...found, ...(live ? liveEvents(live, range) : []).filter(({ event }) => !known.has(event.id))];
    },
    liveDocuments: () => ({
      events: live ? Number(live.rows('SELECT count(*) FROM events')[0]?.[0]) : 0,
      samples: live ? Number(live.rows('SELECT count(*) FROM samples')[0]?.[0]) : 0,
    }),
    samples(range) {
      const series = live ? liveSamples(live.rows, range) : new Map<string, PackedSamples>();
      for (const pack of packs) {
        for (const { container, read } of pack.samples)
          if (range.containerIds?.includes(container) ?? true)
            addSamples(series, container, samplesWithin(readingFile(pack.name, read), range));
      }
      return series;
    },
  };
}

/** As `readHour`, with all files opened for this one reader. */
export function openHour(dir: string, files: HourFiles): HourReader & { close: () => void } {
  const opened: Pack[] = [];
  const live = existsSync(livePath(dir, files.hour)) ? openLive(dir, files.hour) : undefined;
  const close = (): void => {
    live?.close();
    for (const pack of opened) pack.rest();
  };
  const packOf = (name: string): Pack => {
    const pack = openPack(dir, name);
    opened.push(pack);
    return pack;
  };
  try {
    return { ...readHour({ dir, files, live, packOf }), close };
  } catch (error) {
    close();
    throw error;
  }
}

function isWanted(event: ContainerEvent, { low, high, containerIds, actions }: EventRange): boolean {
  const id = bytesOfId(event.event.id);
  return (
    Buffer.compare(id, low) >= 0 &&
    Buffer.compare(id, high) < 0 &&
    (containerIds?.includes(event.container.id) ?? true) &&
    (actions?.includes(event.event.action) ?? true)
  );
}

/** Events of the live file; in no order. Throws `DamagedError`. */
export function liveEvents({ rows, reader }: OpenLive, range: EventRange): ContainerEvent[] {
  const choose = (column: string, values: string[] | undefined): string =>
    values === undefined ? '' : `AND ${column} IN (${values.map(() => '?').join()})`;
  const { low, high, containerIds, actions } = range;
  const found = rows(
    `SELECT id, source, document, checksum FROM events WHERE id >= ? AND id < ?
     ${choose('container', containerIds)} ${choose('action', actions)}`,
    low,
    high,
    ...(containerIds ?? []),
    ...(actions ?? []),
  ) as [Uint8Array, number, string, number][];
  return found.map(([id, source, document, checksum]) => {
    verify(checksum, checksumOfDocument(document, source), 'an event');
    const event = JSON.parse(document) as ContainerEvent;
    return { ...event, ...reader.source(source), event: { ...event.event, id: idOfBytes(id) } };
  });
}

function liveSamples(rows: Rows, { from, to, containerIds }: SampleRange): Map<string, PackedSamples> {
  const series = new Map<string, PackedSamples>();
  const wanted = containerIds === undefined ? '' : `AND container IN (${containerIds.map(() => '?').join()})`;
  const sql = `SELECT container, document, at, reading FROM subjects JOIN samples USING (subject)
    WHERE at >= ? AND at < ? ${wanted} ORDER BY subject, at`;
  for (const row of rows.each(sql, from, to, ...(containerIds ?? []))) {
    const [container, document, at, reading] = row as [string, string, string, string];
    let one = series.get(container);
    if (!one) series.set(container, (one = { document, rows: [] }));
    one.rows.push([at, reading]);
  }
  return series;
}

const samplesWithin = ({ document, rows }: PackedSamples, { from, to }: SampleRange): PackedSamples => ({
  document,
  rows: rows.filter(([at]) => at >= from && at < to),
});

/** A reading is of its document, so where names differ the document goes with the reading (sample-row.ts). */
function addSamples(series: Map<string, PackedSamples>, container: string, more: PackedSamples): void {
  const { rows } = more;
  const before = series.get(container);
  if (!before) {
    if (rows.length > 0) series.set(container, { document: more.document, rows });
    return;
  }
  const known = new Set(before.rows.map(([at]) => at));
  const others = rows
    .filter(([at]) => !known.has(at))
    .map(([at, reading]): [string, string] => [at, underSubject(reading, more.document, before.document)]);
  before.rows = [...before.rows, ...others].sort(([a], [b]) => (a < b ? -1 : 1));
}
