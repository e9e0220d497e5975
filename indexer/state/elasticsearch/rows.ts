/** Small state in memory: every row by kind and id, as the text of its document, so that nobody's object is another's. */
import type { StateChange, StateKind, Versioned } from '../state-store.ts';

/** What a row is after a change: `text` is its document in JSON, null when it was deleted. As it stands in the journal. */
export type Change = { kind: StateKind; id: string; version: number; text: string | null };
type Row = { version: number; text: string };

export class Rows {
  private readonly kinds = new Map<StateKind, Map<string, Row>>();
  /** Ids in order, until one comes or goes. */
  private readonly ordered = new Map<StateKind, string[]>();

  /** 0: it is not there. */
  versionOf(kind: StateKind, id: string): number {
    return this.kinds.get(kind)?.get(id)?.version ?? 0;
  }

  get<T>(kind: StateKind, id: string): Versioned<T> | null {
    const row = this.kinds.get(kind)?.get(id);
    return row ? versioned<T>(id, row) : null;
  }

  /** `limit` −1: all. */
  list<T>(kind: StateKind, { limit = -1, newestFirst = false } = {}): Versioned<T>[] {
    const rows = this.kinds.get(kind) ?? new Map<string, Row>();
    const ids = this.idsOf(kind, rows);
    const wanted = newestFirst ? ids.toReversed() : ids;
    return (limit < 0 ? wanted : wanted.slice(0, limit)).flatMap(id => {
      const row = rows.get(id);
      return row ? [versioned<T>(id, row)] : [];
    });
  }

  apply({ kind, id, version, text }: Change): void {
    const rows = this.kinds.get(kind) ?? new Map<string, Row>();
    this.kinds.set(kind, rows);
    if (rows.has(id) !== (text !== null)) this.ordered.delete(kind);
    if (text === null) rows.delete(id);
    else rows.set(id, { version, text });
  }

  all(): Change[] {
    return [...this.kinds].flatMap(([kind, rows]) => [...rows].map(([id, row]) => ({ kind, id, ...row })));
  }

  /** What must be applied to `before` to make it these. */
  changesSince(before: Rows): Change[] {
    const isNews = ({ kind, id, version, text }: Change) => {
      const row = before.kinds.get(kind)?.get(id);
      return row?.version !== version || row.text !== text;
    };
    const gone = before.all().filter(({ kind, id }) => this.versionOf(kind, id) === 0);
    return [...this.all().filter(isNews), ...gone.map(row => ({ ...row, version: 0, text: null }))];
  }

  private idsOf(kind: StateKind, rows: ReadonlyMap<string, Row>): string[] {
    const known = this.ordered.get(kind);
    if (known) return known;
    const ids = [...rows.keys()].sort((a, b) => (a < b ? -1 : 1));
    this.ordered.set(kind, ids);
    return ids;
  }
}

/** A change that is asked for, with its document as text. */
export type Wanted = Pick<StateChange, 'kind' | 'id' | 'ifVersion'> & { text: string | null };

/** Versions of rows that are about to be written, by kind and id. */
export type Ahead = Map<string, number>;

/** What a put makes of the rows, and notes it in `ahead`; null when a version does not fit. */
export function weigh(wanted: readonly Wanted[], rows: Rows, ahead: Ahead): Change[] | null {
  const own: Ahead = new Map();
  const made: Change[] = [];
  for (const { kind, id, text, ifVersion } of wanted) {
    const key = `${kind}:${id}`;
    const version = own.get(key) ?? ahead.get(key) ?? rows.versionOf(kind, id);
    if (ifVersion !== undefined && ifVersion !== version) return null;
    const next = text === null ? 0 : version + 1;
    own.set(key, next);
    made.push({ kind, id, version: next, text });
  }
  for (const [key, version] of own) ahead.set(key, version);
  return made;
}

const versioned = <T>(id: string, { version, text }: Row): Versioned<T> => ({
  id,
  document: JSON.parse(text) as T,
  version,
});
