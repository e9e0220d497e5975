/** The cells of one row that show figures. Text of containers is text: React escapes it, nothing here makes HTML of it. */
import { Link } from 'wouter';
import type { Container } from '#contract/container.ts';
import { visible } from '../logs/styled-text.ts';
import {
  formatBytes,
  formatDateTime,
  formatDuration,
  formatNumber,
  formatRelative,
  formatSince,
} from '../ui/format.ts';
import { Sparkline } from '../ui/sparkline.tsx';
import { useClock } from '../ui/use-clock.ts';
import { useZone } from '../ui/zone.ts';
import { shownExit, sinceMs } from './container-rows.ts';
import { deathInWords, diedOfMemory, isBadEnd, isDeathAlarming, isLive } from './container-state.ts';
import styles from './containers.module.css';
import { gapsHref, storyHref } from './links.ts';
import { HISTORY_MS, type LiveReading } from './sample-history.ts';

/** A container that was sampled this long ago has no live figures any more (the slow pace is 10 s). */
const STALE_MS = 35_000;

export const None = () => <span className={styles.none}>–</span>;

/** Exit code of a finished run; of a running one, how the run before ended, because the engine forgets that. */
export function ExitCell({ container }: { container: Container }) {
  const code = shownExit(container);
  const death = container.lastDeath;
  const isOom = diedOfMemory(container);
  const isRestarted = isLive(container) && death !== null && isDeathAlarming(death.class);
  if (code === null && !isRestarted) return <None />;
  const tag = isOom ? 'OOM' : isRestarted ? deathInWords(death.class) : null;
  return (
    <>
      {code !== null && <span className={isBadEnd(container) ? styles.bad : styles.dim}>{code}</span>}
      {tag !== null && <DeathTag tag={tag} isOom={isOom} death={death} />}
    </>
  );
}

function DeathTag({ tag, isOom, death }: { tag: string; isOom: boolean; death: Container['lastDeath'] }) {
  const className = isOom ? styles.oomTag : styles.tag;
  if (death === null) return <span className={className}>{tag}</span>;
  return (
    <Link
      href={storyHref(death.eventId)}
      className={className}
      title={`Last run: ${deathInWords(death.class)}. Open its story.`}
      onClick={event => event.stopPropagation()}
    >
      {tag}
    </Link>
  );
}

/** Where its lines are read, and what there is to say about it: mistakes in its labels, lines that are missing. */
export function LogsCell({ container, gaps }: { container: Container; gaps: number }) {
  const { collected, collectedReason, source, sourceReason, mistakes = [], name } = container;
  return (
    <>
      {!collected && <span title={collectedReason}>not read</span>}
      {collected && source === undefined && mistakes.length + gaps === 0 && <None />}
      {collected && source !== undefined && <span title={sourceReason}>{source}</span>}
      {mistakes.length > 0 && (
        <span className={styles.warn} title={mistakes.map(visible).join('\n')}>
          {' '}
          ▲ {formatNumber(mistakes.length)}
          <span className="visually-hidden"> mistakes in its labels</span>
        </span>
      )}
      {gaps > 0 && (
        <Link
          href={gapsHref(name)}
          className={styles.gapTag}
          title={`${gapsInWords(gaps)} in the last 24 hours`}
          onClick={event => event.stopPropagation()}
        >
          ≠ {formatNumber(gaps)}
          <span className="visually-hidden"> gaps: lines are missing</span>
        </Link>
      )}
    </>
  );
}

export const gapsInWords = (gaps: number): string =>
  gaps === 1 ? 'Lines are missing in one place' : `Lines are missing in ${formatNumber(gaps)} places`;

/** In the place of all figures of now. */
export function NoDataSince({ at, host }: { at: string; host: string }) {
  const zone = useZone();
  const text = useClock(now => `no data since ${formatSince(at, zone, now)}`);
  return (
    <span title={`The collector on ${host} does not report. What is shown of this container was true then.`}>
      {text}
    </span>
  );
}

/** How long it has been up, or how long ago it ended. */
export function SinceCell({ container }: { container: Container }) {
  const zone = useZone();
  const since = sinceMs(container);
  const isUp = isLive(container);
  const text = useClock(now => (since === null ? null : ageInWords(since, isUp, now)));
  if (since === null) return <None />;
  const title = formatDateTime(new Date(since).toISOString(), zone).slice(0, 19);
  return (
    <span className={isUp ? undefined : styles.dim} title={isUp ? `since ${title}` : title}>
      {text}
    </span>
  );
}

/** Seconds in steps of five: a column of counting figures would be all that moves. */
function ageInWords(since: number, isUp: boolean, now: number): string {
  if (!isUp) return formatRelative(since, Math.floor(now / 5_000) * 5_000);
  const age = Math.floor((now - since) / 5_000) * 5_000;
  return age <= 0 ? 'just now' : formatDuration(age);
}

export function CpuCell({ reading, isFresh }: { reading: LiveReading | undefined; isFresh: boolean }) {
  if (reading === undefined) return <None />;
  const percent = reading.sample.cpuPercent;
  // One core is the top of a calm container's scale, so that 2 % does not look like a mountain.
  const top = Math.max(25, ...reading.cpu.map(value => value ?? 0));
  return (
    <span className={styles.live}>
      <Sparkline values={reading.cpu} max={top} width={56} height={18} label={`CPU, last ${MINUTES}`} />
      <span className={styles.figure}>{isFresh ? formatPercent(percent) : <None />}</span>
    </span>
  );
}

const MINUTES = `${HISTORY_MS / 60_000} minutes`;

/** Per-core percent: 250 % is two and a half cores. */
export function formatPercent(percent: number): string {
  return `${percent >= 99.95 ? formatNumber(Math.round(percent)) : percent.toFixed(1)} %`;
}

export function MemoryCell({ reading, isFresh }: { reading: LiveReading | undefined; isFresh: boolean }) {
  if (reading === undefined) return <None />;
  const { memoryBytes: used, memoryLimitBytes: limit } = reading.sample;
  const top = Math.max(1, limit ?? 0, ...reading.memory.map(value => value ?? 0));
  const scale = limit === null ? { max: top * 1.3 } : { max: top * 1.08, limit };
  return (
    <span className={styles.live}>
      <Sparkline
        values={reading.memory}
        {...scale}
        width={56}
        height={18}
        color="--notice"
        label={`Memory, last ${MINUTES}`}
      />
      {isFresh ? <MemoryFigure used={used} limit={limit} /> : <None />}
    </span>
  );
}

function MemoryFigure({ used, limit }: { used: number; limit: number | null }) {
  if (limit === null) {
    return (
      <span className={styles.memory}>
        <span>{formatBytes(used)}</span>
      </span>
    );
  }
  const share = Math.min(1, used / Math.max(1, limit));
  const tone = share >= 0.95 ? styles.full : share >= 0.8 ? styles.high : undefined;
  return (
    <span className={styles.memory} title={`${Math.round(share * 100)} % of its limit`}>
      <span>
        {formatBytes(used)} <span className={styles.dim}>/ {formatBytes(limit)}</span>
      </span>
      <span className={styles.bar}>
        <span className={tone} style={{ width: `${share * 100}%` }} />
      </span>
    </span>
  );
}

type RatePairProps = {
  first: number | null;
  second: number | null;
  /** A sign that is shown, then a word that is read out. */
  names: readonly [string, string];
};

/** Two rates on two small lines, what comes in above what goes out. */
export function RatePair({ first, second, names }: RatePairProps) {
  if (first === null && second === null) return <None />;
  return (
    <span className={styles.rates} title={`${names[0]} ${rateText(first)}\n${names[1]} ${rateText(second)}`}>
      <Rate bytesPerSecond={first} sign={names[0][0] ?? ''} />
      <Rate bytesPerSecond={second} sign={names[1][0] ?? ''} />
    </span>
  );
}

function Rate({ bytesPerSecond, sign }: { bytesPerSecond: number | null; sign: string }) {
  return (
    <span className={bytesPerSecond === 0 ? styles.still : undefined}>
      <span className={styles.dim}>{sign}</span> {rateText(bytesPerSecond)}
    </span>
  );
}

const rateText = (bytesPerSecond: number | null): string =>
  bytesPerSecond === null ? '–' : `${formatBytes(Math.round(bytesPerSecond))}/s`;

export function isFreshReading(reading: LiveReading, now: number): boolean {
  return now - reading.atMs < STALE_MS;
}
