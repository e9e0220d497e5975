import { memo } from 'react';
import type { Container } from '#contract/container.ts';
import { classNames } from '../ui/class-names.ts';
import { formatNumber } from '../ui/format.ts';
import { useClock } from '../ui/use-clock.ts';
import { StatusMark } from '../ui/status-mark.tsx';
import {
  CpuCell,
  ExitCell,
  isFreshReading,
  LogsCell,
  MemoryCell,
  NoDataSince,
  None,
  RatePair,
  SinceCell,
} from './container-cells.tsx';
import { isLive, shownState } from './container-state.ts';
import styles from './containers.module.css';
import type { Rates, SampleHistory } from './sample-history.ts';
import { useReading } from './use-sample-history.ts';

type ContainerRowProps = {
  container: Container;
  /** Its place among all rows of the table, the head being the first. */
  rowIndex: number;
  history: SampleHistory;
  isOpen: boolean;
  /** The one row of the table that Tab reaches; j and k move it. */
  isTabStop: boolean;
  /** When its host was last heard of, if it is silent: what is shown was true then. */
  silentSince: string | undefined;
  /** Times in the last day that lines of it are missing. */
  gaps: number;
  onOpen: (id: string) => void;
  onFocus: (id: string) => void;
};

export const ContainerRow = memo(function ContainerRow(props: ContainerRowProps) {
  const { container, isOpen, isTabStop, silentSince, onOpen, onFocus } = props;
  const state = shownState(container);
  const isSilent = silentSince !== undefined && state.key !== 'removed';
  return (
    <tr
      aria-rowindex={props.rowIndex}
      data-container={container.id}
      aria-selected={isOpen}
      className={classNames(styles.row, state.key === 'removed' && styles.removed, isSilent && styles.silent)}
      onClick={() => onOpen(container.id)}
    >
      <td className={styles.state}>
        <StatusMark tone={isSilent ? 'idle' : state.tone} shape={state.shape} /> {state.word}
      </td>
      <th scope="row" className={styles.name}>
        <button
          type="button"
          data-row-button
          tabIndex={isTabStop ? 0 : -1}
          title={container.name}
          onFocus={() => onFocus(container.id)}
          onClick={event => {
            event.stopPropagation();
            onOpen(container.id);
          }}
        >
          {container.name}
        </button>
      </th>
      <td className={styles.image} title={container.image}>
        {container.image}
      </td>
      <td className={styles.logs}>
        <LogsCell container={container} gaps={props.gaps} />
      </td>
      <td>{container.health === 'none' ? <None /> : <HealthWord health={container.health} />}</td>
      <td className={styles.number}>
        {container.restartCount === 0 ? (
          <span className={styles.none}>0</span>
        ) : (
          formatNumber(container.restartCount)
        )}
      </td>
      <td className={styles.exit}>
        <ExitCell container={container} />
      </td>
      {isSilent ? (
        <td className={styles.noData} colSpan={NOW_COLUMNS}>
          <NoDataSince at={silentSince} host={container.host} />
        </td>
      ) : (
        <>
          <td className={styles.since}>
            <SinceCell container={container} />
          </td>
          <LiveCells container={container} history={props.history} />
        </>
      )}
    </tr>
  );
});

/** The columns that speak of the present: nobody knows it of a silent host. */
const NOW_COLUMNS = 6;

type LiveCellsProps = Pick<ContainerRowProps, 'container' | 'history'>;

/** The cells that change each second, apart from the rest of the row, which then does not. */
function LiveCells({ container, history }: LiveCellsProps) {
  const newest = useReading(history, container.id);
  const reading = isLive(container) ? newest : undefined;
  const isRecent = useClock(now => reading !== undefined && isFreshReading(reading, now));
  const isFresh = reading !== undefined && isRecent;
  const rates = isFresh ? reading.rates : NO_RATES;
  return (
    <>
      <td>
        <CpuCell reading={reading} isFresh={isFresh} />
      </td>
      <td>
        <MemoryCell reading={reading} isFresh={isFresh} />
      </td>
      <td>
        <RatePair first={rates.networkRx} second={rates.networkTx} names={['↓ received', '↑ sent']} />
      </td>
      <td>
        <RatePair first={rates.blockRead} second={rates.blockWrite} names={['r read', 'w written']} />
      </td>
      <td className={styles.number}>{isFresh ? formatNumber(reading.sample.pids) : <None />}</td>
    </>
  );
}

const NO_RATES: Rates = { networkRx: null, networkTx: null, blockRead: null, blockWrite: null };

function HealthWord({ health }: { health: Container['health'] }) {
  const tone = { healthy: styles.good, unhealthy: styles.warn, starting: styles.dim, none: styles.dim }[
    health
  ];
  return <span className={tone}>{health}</span>;
}
