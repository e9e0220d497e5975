/** Who wants to know what others changed. */
import type { StoreLog } from '../../store/log-store.ts';
import type { StateKind, StateStore, WatchedRow } from '../state-store.ts';
import type { Change } from './rows.ts';

type OnChange = (rows: WatchedRow<unknown>[]) => void;

export class Watchers {
  private readonly log: StoreLog;
  private readonly byKind = new Map<StateKind, OnChange[]>();

  constructor(log: StoreLog) {
    this.log = log;
  }

  get isAny(): boolean {
    return this.byKind.size > 0;
  }

  readonly add: StateStore['watch'] = (kind, onChange) => {
    this.byKind.set(kind, [...(this.byKind.get(kind) ?? []), onChange as OnChange]);
  };

  tell(changes: readonly Change[]): void {
    for (const [kind, all] of this.byKind) {
      const rows = changes.filter(change => change.kind === kind).map(toWatched);
      if (rows.length > 0) for (const onChange of all) this.tellOne(onChange, rows);
    }
  }

  /** What fails there is no reason not to read on. */
  private tellOne(onChange: OnChange, rows: WatchedRow<unknown>[]): void {
    try {
      onChange(rows);
    } catch (err) {
      this.log.error({ err }, 'what another indexer changed was not noted');
    }
  }
}

const toWatched = ({ id, version, text }: Change): WatchedRow<unknown> => ({
  id,
  version,
  document: text === null ? null : (JSON.parse(text) as unknown),
});
