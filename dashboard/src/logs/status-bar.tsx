import { useLiveStatus } from '../api/live.ts';
import { classNames } from '../ui/class-names.ts';
import { formatClock, formatDuration, formatNumber } from '../ui/format.ts';
import { StatusMark } from '../ui/status-mark.tsx';
import { useNow } from '../ui/use-now.ts';
import { useZone } from '../ui/zone.ts';
import { stampOf } from './log-row-types.ts';
import type { LogSession } from './log-session.ts';
import type { SessionState } from './session-state.ts';
import styles from './status-bar.module.css';

type StatusBarProps = { session: LogSession; state: SessionState; isPaused: boolean };

/** A clock that is off by more than this says nothing about the lag. */
const BELIEVABLE_LAG_MS = 60_000;

/** One line about the stream: is it alive, how fast, how late, how much is kept. */
export function StatusBar({ session, state, isPaused }: StatusBarProps) {
  const now = useNow(500);
  const status = useLiveStatus();
  const isLost = session.question.live && status.state === 'reconnecting';
  return (
    <footer className={classNames(styles.bar, isLost && styles.lost)}>
      <span role="status" aria-live="polite">
        {isLost ? (
          <Lost session={session} retryAt={status.retryAt} now={now} />
        ) : (
          <Stream
            isLive={session.question.live}
            isConnected={status.state === 'connected'}
            isPaused={isPaused}
          />
        )}
      </span>
      {session.question.live && !isLost && (
        <>
          <span>{formatNumber(Math.round(session.rate()))} lines/s</span>
          <Lag lagMs={state.lagMs} />
        </>
      )}
      <span>{formatNumber(session.buffer.size)} rows in memory</span>
      {state.phase === 'ready' && state.error && (
        <span>Some lines could not be read: {state.error.message}</span>
      )}
      <span className={styles.keys}>
        / query · Space pause · j k move · Enter details · c context · ? keys
      </span>
    </footer>
  );
}

function Stream({
  isLive,
  isConnected,
  isPaused,
}: {
  isLive: boolean;
  isConnected: boolean;
  isPaused: boolean;
}) {
  if (!isLive) return 'not live';
  if (!isConnected) return 'connecting…';
  return isPaused ? (
    <>
      <StatusMark tone="idle" shape="pause" /> paused
    </>
  ) : (
    <>
      <StatusMark tone="ok" shape="dot" /> streaming
    </>
  );
}

function Lag({ lagMs }: { lagMs: number | null }) {
  if (lagMs === null || lagMs < -1_000 || lagMs > BELIEVABLE_LAG_MS) return null;
  return (
    <span title="From the engine's stamp of the newest line to this page">lag {formatDuration(lagMs)}</span>
  );
}

function Lost({ session, retryAt, now }: { session: LogSession; retryAt: number | null; now: number }) {
  const zone = useZone();
  const newest = session.buffer.newest();
  const wait = retryAt === null ? 'now' : `in ${Math.max(1, Math.ceil((retryAt - now) / 1_000))} s`;
  return (
    <>
      <StatusMark tone="warn" shape="triangle" /> reconnecting {wait} — nothing is lost
      {newest ? `, will resume from ${formatClock(stampOf(newest), zone).slice(0, 8)}` : ''}
    </>
  );
}
