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

/** Something for each kind: by source, of which there are few and which is long, then by the rest. */
export class KindMap<T> {
  size = 0;
  readonly #bySource = new Map<string, Map<string, T>>();

  get(kind: KindParts): T | undefined {
    return this.#bySource.get(kind.source)?.get(nameWithin(kind));
  }

  set(kind: KindParts, value: T): void {
    let values = this.#bySource.get(kind.source);
    if (!values) this.#bySource.set(kind.source, (values = new Map<string, T>()));
    const before = values.size;
    this.size += values.set(nameWithin(kind), value).size - before;
  }

  clear(): void {
    this.#bySource.clear();
    this.size = 0;
  }
}

const nameWithin = ({ stream, level, levelSource, key }: KindParts): string =>
  `${stream} ${level ?? ''} ${levelSource ?? ''} ${key}`;

/** Enough for thousands of containers; then it begins anew. */
const MAX_KNOWN = 20_000;
const known = new KindMap<Kind>();

/** The same object for equal parts, so that what a query decides about a kind holds for all files. */
export function toKind(parts: KindParts): Kind {
  let kind = known.get(parts);
  if (!kind) {
    if (known.size >= MAX_KNOWN) known.clear();
    kind = createKind(parts);
    known.set(parts, kind);
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
