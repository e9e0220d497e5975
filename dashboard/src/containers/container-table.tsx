import type { Container } from '#contract/container.ts';
import type { SilentHosts } from '../hosts/host-words.ts';
import { classNames } from '../ui/class-names.ts';
import { ContainerRow } from './container-row.tsx';
import { nextSort, summarize, type Group, type Item, type Sort, type SortKey } from './container-rows.ts';
import styles from './containers.module.css';
import { ROW_PX, type RowWindow } from './row-window.ts';
import type { SampleHistory } from './sample-history.ts';

type Column = { key: SortKey; head: string; title?: string; isNumber?: boolean };

const COLUMNS: readonly Column[] = [
  { key: 'state', head: 'State' },
  { key: 'name', head: 'Name' },
  { key: 'image', head: 'Image' },
  {
    key: 'logs',
    head: 'Logs',
    title: 'Where its lines are read: file, api; ▲ mistakes in labels, ≠ missing lines',
  },
  { key: 'health', head: 'Health' },
  { key: 'restarts', head: 'Restarts', isNumber: true },
  { key: 'exit', head: 'Exit', title: 'Exit code; of a restarted container how its last run ended' },
  { key: 'since', head: 'Up · ended', title: 'Up for, or ended how long ago' },
  { key: 'cpu', head: 'CPU', title: 'Percent of one core, and the last 15 minutes' },
  { key: 'memory', head: 'Memory', title: 'Against its limit, and the last 15 minutes' },
  { key: 'network', head: 'Network', title: 'Received and sent a second' },
  { key: 'disk', head: 'Disk', title: 'Read and written a second' },
  { key: 'pids', head: 'Pids', title: 'Processes and threads', isNumber: true },
];

type ContainerTableProps = {
  items: readonly Item[];
  window: RowWindow;
  sort: Sort;
  onSort: (sort: Sort) => void;
  history: SampleHistory;
  openId: string | null;
  tabStopId: string | null;
  silent: SilentHosts;
  gaps: ReadonlyMap<string, number>;
  onOpen: (id: string) => void;
  onFocus: (id: string) => void;
};

/** Only the rows of the window are drawn; two empty ones keep the place of the rest. */
export function ContainerTable({ items, window, sort, onSort, ...rows }: ContainerTableProps) {
  return (
    <table className={styles.table} aria-label="Containers" aria-rowcount={items.length + 1}>
      <thead>
        <tr>
          {COLUMNS.map(column => (
            <HeadCell key={column.key} column={column} sort={sort} onSort={onSort} />
          ))}
        </tr>
      </thead>
      <tbody>
        <Gap rows={window.first} />
        {items
          .slice(window.first, window.end)
          .map((item, index) =>
            item.kind === 'group' ? (
              <GroupHead key={item.group.key} group={item.group} silent={rows.silent} />
            ) : (
              <ContainerRow
                key={item.container.id}
                container={item.container}
                rowIndex={window.first + index + 2}
                history={rows.history}
                isOpen={item.container.id === rows.openId}
                isTabStop={item.container.id === rows.tabStopId}
                silentSince={rows.silent.get(item.container.hostId)}
                gaps={rows.gaps.get(item.container.id) ?? 0}
                onOpen={rows.onOpen}
                onFocus={rows.onFocus}
              />
            ),
          )}
        <Gap rows={items.length - window.end} />
      </tbody>
    </table>
  );
}

function Gap({ rows }: { rows: number }) {
  if (rows <= 0) return null;
  return (
    <tr aria-hidden="true">
      <td colSpan={COLUMNS.length} className={styles.gap} style={{ height: rows * ROW_PX }} />
    </tr>
  );
}

type HeadCellProps = { column: Column; sort: Sort; onSort: (sort: Sort) => void };

function HeadCell({ column, sort, onSort }: HeadCellProps) {
  const isSorted = sort.key === column.key;
  const direction = sort.descending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      aria-sort={isSorted ? direction : 'none'}
      className={classNames(styles[`col-${column.key}`], column.isNumber && styles.number)}
    >
      <button type="button" title={column.title} onClick={() => onSort(nextSort(sort, column.key))}>
        {column.head}
        <span aria-hidden="true" className={styles.arrow}>
          {isSorted && (sort.descending ? '▾' : '▴')}
        </span>
      </button>
    </th>
  );
}

function GroupHead({ group, silent }: { group: Group; silent: SilentHosts }) {
  const { total, running, attention, withoutData } = summarize(present(group.containers), silent);
  return (
    <tr className={styles.group}>
      <th scope="rowgroup" colSpan={COLUMNS.length}>
        <span className={styles.groupName}>
          {group.project ?? 'Outside compose'}
          <span className={styles.dim}>{group.host}</span>
          {withoutData > 0 ? (
            <span className={styles.warn}>○ no data of {total} containers</span>
          ) : (
            <span className={styles.dim}>
              {running} of {total} running
            </span>
          )}
          {attention > 0 && <span className={styles.warn}>▲ {attention} want attention</span>}
        </span>
      </th>
    </tr>
  );
}

const present = (containers: readonly Container[]): Container[] =>
  containers.filter(container => container.state !== 'removed');
