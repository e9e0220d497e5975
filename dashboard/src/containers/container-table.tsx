import type { Container } from '#contract/container.ts';
import { classNames } from '../ui/class-names.ts';
import { ContainerRow } from './container-row.tsx';
import { nextSort, summarize, type Group, type Sort, type SortKey } from './container-rows.ts';
import styles from './containers.module.css';
import type { SampleHistory } from './sample-history.ts';

type Column = { key: SortKey; head: string; title?: string; isNumber?: boolean };

const COLUMNS: readonly Column[] = [
  { key: 'state', head: 'State' },
  { key: 'name', head: 'Name' },
  { key: 'image', head: 'Image' },
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
  groups: readonly Group[];
  isGrouped: boolean;
  sort: Sort;
  onSort: (sort: Sort) => void;
  history: SampleHistory;
  now: number;
  openId: string | null;
  tabStopId: string | null;
  onOpen: (id: string) => void;
  onFocus: (id: string) => void;
};

export function ContainerTable(props: ContainerTableProps) {
  return (
    <table className={styles.table} aria-label="Containers">
      <thead>
        <tr>
          {COLUMNS.map(column => (
            <HeadCell key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
          ))}
        </tr>
      </thead>
      {props.groups.map(group => (
        <tbody key={group.key}>
          {props.isGrouped && <GroupHead group={group} />}
          {group.containers.map(container => (
            <ContainerRow
              key={container.id}
              container={container}
              history={props.history}
              now={props.now}
              isOpen={container.id === props.openId}
              isTabStop={container.id === props.tabStopId}
              onOpen={props.onOpen}
              onFocus={props.onFocus}
            />
          ))}
        </tbody>
      ))}
    </table>
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

function GroupHead({ group }: { group: Group }) {
  const { total, running, attention } = summarize(present(group.containers));
  return (
    <tr className={styles.group}>
      <th scope="rowgroup" colSpan={COLUMNS.length}>
        <span className={styles.groupName}>
          {group.project ?? 'Outside compose'}
          <span className={styles.dim}>{group.host}</span>
          <span className={styles.dim}>
            {running} of {total} running
          </span>
          {attention > 0 && <span className={styles.warn}>▲ {attention} want attention</span>}
        </span>
      </th>
    </tr>
  );
}

const present = (containers: readonly Container[]): Container[] =>
  containers.filter(container => container.state !== 'removed');
