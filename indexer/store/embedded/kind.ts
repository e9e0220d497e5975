/**
 * The kind of a record is all it has in common with others: where it comes from, its stream, its level, and the part of its
 * id that names the stream. Files hold each kind once and a number for it in each record.
 */
import { LEVELS, STREAMS } from '#contract/levels.ts';
import type { LevelSource, LogRecord } from '#contract/log-record.ts';
import { decodeRecord, type RecordTemplate, type Source } from './record-codec.ts';

/** Codes in the files: never reorder. */
const LEVEL_SOURCES: readonly LevelSource[] = ['json', 'logfmt', 'text', 'status', 'trace'];

/** Indexes into STREAMS, LEVELS and LEVEL_SOURCES. */
export type KindCodes = { stream: number; level: number | null; levelSource: number | null };
/** As stored: `source` is JSON, `key` the nine bytes of an id that name the stream, in hex. */
export type KindParts = KindCodes & { source: string; key: string };

export type Kind = {
  parts: KindParts;
  template: RecordTemplate;
  /** A record of the kind with nothing of its own. */
  sample: LogRecord;
  key: Buffer;
};

export const sourceOf = ({ container, host, compose }: Source): Source => ({
  container,
  host,
  ...(compose && { compose }),
});

export function kindCodesOf(log: LogRecord['log']): KindCodes {
  return {
    stream: STREAMS.indexOf(log.iostream),
    level: log.level === undefined ? null : LEVELS.indexOf(log.level),
    levelSource: log.level_source === undefined ? null : LEVEL_SOURCES.indexOf(log.level_source),
  };
}

export function kindKey({ source, stream, level, levelSource, key }: KindParts): string {
  return `${stream} ${level ?? ''} ${levelSource ?? ''} ${key} ${source}`;
}

/** Enough for thousands of containers; then it begins anew. */
const MAX_KNOWN = 20_000;
const known = new Map<string, Kind>();

/** The same object for equal parts, so that what a query decides about a kind holds for all files. */
export function toKind(parts: KindParts): Kind {
  const name = kindKey(parts);
  let kind = known.get(name);
  if (!kind) {
    if (known.size >= MAX_KNOWN) known.clear();
    kind = createKind(parts);
    known.set(name, kind);
  }
  return kind;
}

function createKind(parts: KindParts): Kind {
  const template = templateOf(JSON.parse(parts.source) as Source, parts);
  const key = Buffer.from(parts.key, 'hex');
  const id = Buffer.concat([Buffer.alloc(8), key, Buffer.alloc(3)]);
  return { parts, template, key, sample: decodeRecord(template, { id, message: '', rest: '' }) };
}

function templateOf(source: Source, codes: KindCodes): RecordTemplate {
  const level = codes.level === null ? undefined : LEVELS[codes.level];
  const levelSource = codes.levelSource === null ? undefined : LEVEL_SOURCES[codes.levelSource];
  return {
    ...source,
    log: {
      iostream: STREAMS[codes.stream] ?? 'stdout',
      ...(level && { level }),
      ...(levelSource && { level_source: levelSource }),
    },
  };
}
