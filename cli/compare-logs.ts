/** The engine's log against the store's, record by record. Pure. */
import type { AuditedRecord, EngineLog } from '#contract/audit.ts';
import type { LogRecord } from '#contract/log-record.ts';

export type ToldGap = { from: string; to: string; reason: string };

/** What the store has of the same range: keys of its records with their stamps, and the gaps it was told. */
export type StoredLog = { keys: Map<string, string>; gaps: ToldGap[] };

export const keyOf = ({ stream, stamp, ordinal }: AuditedRecord): string => `${stream} ${stamp} ${ordinal}`;

/** The last 24 bits of an id are the ordinal; its digits are those of base 32. */
export const keyOfRecord = ({ '@timestamp': stamp, log, event }: LogRecord): string =>
  keyOf({ stream: log.iostream, stamp, ordinal: Number.parseInt(event.id.slice(-5), 32) & 0xff_ffff });

/** `missing`: the first of them, `gap` being the reason of the gap a record lies in. `untold`: how many lie in none. */
export type Audit = Pick<EngineLog, 'container' | 'from' | 'to'> & {
  read: number;
  stored: number;
  missingCount: number;
  missing: MissingRecord[];
  untold: number;
  /** Records only the store has: older than all that the engine has left, or not. */
  extra: { rotated: number; other: number };
  gaps: ToldGap[];
};

type MissingRecord = AuditedRecord & { gap?: string };

const MAX_SHOWN = 20;

export function compareLogs(
  { container, from, to, oldest, records }: EngineLog,
  { keys, gaps }: StoredLog,
): Audit {
  const missing = records
    .filter(record => !keys.has(keyOf(record)))
    .map((record): MissingRecord => {
      const gap = gaps.find(told => told.from <= record.stamp && record.stamp <= told.to);
      return gap === undefined ? record : { ...record, gap: gap.reason };
    });
  const inEngine = new Set(records.map(keyOf));
  const extra = [...keys].filter(([key]) => !inEngine.has(key));
  const rotated = extra.filter(([, stamp]) => oldest === null || stamp < oldest).length;
  return {
    container,
    from,
    to,
    read: records.length,
    stored: records.length - missing.length,
    missingCount: missing.length,
    missing: [...missing.filter(isUntold), ...missing.filter(record => !isUntold(record))].slice(
      0,
      MAX_SHOWN,
    ),
    untold: missing.filter(isUntold).length,
    extra: { rotated, other: extra.length - rotated },
    gaps,
  };
}

const isUntold = (record: MissingRecord): boolean => record.gap === undefined;
