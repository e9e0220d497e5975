import { useEffect, useMemo, useRef, useState, type PointerEvent, type RefObject } from 'react';
import { Link } from 'wouter';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { Histogram as Counts } from '#contract/query.ts';
import { classNames } from '../ui/class-names.ts';
import { formatClock, formatMinute, formatNumber } from '../ui/format.ts';
import { useTheme } from '../ui/theme.ts';
import { useZone, type Zone } from '../ui/zone.ts';
import { eventWords } from './event-words.ts';
import {
  barAt,
  brushedRange,
  layoutBars,
  layoutFlags,
  layoutGaps,
  STACK,
  timeAt,
  xOf,
  type Bar,
  type Flag,
  type Span,
} from './histogram-layout.ts';
import styles from './histogram.module.css';
import { paintHistogram } from './paint-histogram.ts';

type HistogramProps = {
  counts: Counts;
  span: Span;
  /** Worth a flag, oldest first; and all, for counting deaths in a row. */
  flags: readonly ContainerEvent[];
  events: readonly ContainerEvent[];
  /** Since when no collector that could have sent lines reports; its ms, or null. */
  silentFrom: number | null;
  isStale: boolean;
  /** A range was dragged over: ISO times. */
  onZoom: (range: { from: string; to: string }) => void;
};

const HEIGHT = 59;
/** A flag with so much room says which container. */
const FLAG_NAME_PX = 120;
/** A shorter drag is a click. */
const BRUSH_MIN_PX = 4;

/** Lines over time by level, with what happened to containers as flags on top. Drag zooms. */
export function Histogram(props: HistogramProps) {
  const { counts, span, flags, events, silentFrom, isStale, onZoom } = props;
  const plot = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(plot);
  const theme = useTheme();
  const zone = useZone();
  const bars = useMemo(() => layoutBars(counts, span, { width, height: HEIGHT }), [counts, span, width]);
  const [hover, setHover] = useState<number | null>(null);
  const [brush, setBrush] = useState<[number, number] | null>(null);

  useEffect(() => {
    if (canvas.current) paintHistogram(canvas.current, bars, { width, height: HEIGHT });
  }, [bars, width, theme]);

  const x = (event: PointerEvent) =>
    Math.min(width, Math.max(0, event.clientX - (plot.current?.getBoundingClientRect().left ?? 0)));
  const hovered = hover === null ? undefined : barAt(bars, timeAt(hover, span, width));
  const finish = () => {
    if (!brush) return;
    setBrush(null);
    if (Math.abs(brush[1] - brush[0]) < BRUSH_MIN_PX) return;
    const range = brushedRange(brush[0], brush[1], { span, width });
    onZoom({ from: isoAt(range.from), to: isoAt(range.to) });
  };
  return (
    <div className={styles.chart}>
      <div className={styles.flags}>
        {layoutFlags(flags, span, width).map(flag => (
          <FlagLink key={flag.events[0]?.event.id} flag={flag} events={events} zone={zone} />
        ))}
      </div>
      <div
        ref={plot}
        className={classNames(styles.plot, isStale && styles.stale)}
        onPointerDown={event => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setBrush([x(event), x(event)]);
        }}
        onPointerMove={event => {
          setHover(x(event));
          if (brush) setBrush([brush[0], x(event)]);
        }}
        onPointerUp={finish}
        onPointerCancel={() => setBrush(null)}
        onPointerLeave={() => setHover(null)}
      >
        <canvas ref={canvas} role="img" aria-label={summary(bars)} style={{ width, height: HEIGHT }} />
        {layoutGaps(flags, span, width).map(band => (
          <div key={band.id} className={styles.gap} style={{ left: band.x, width: band.width }} />
        ))}
        {silentFrom !== null && silentFrom < span.to && (
          <div
            className={styles.silence}
            style={{ left: Math.max(0, xOf(silentFrom, span, width)), right: 0 }}
            title="No data: the collector does not report"
          >
            no data
          </div>
        )}
        {hovered && !brush && (
          <div className={styles.column} style={{ left: hovered.x, width: hovered.width }} />
        )}
        {brush && (
          <div
            className={styles.brush}
            style={{ left: Math.min(...brush), width: Math.abs(brush[1] - brush[0]) }}
          />
        )}
        {hovered && hovered.total > 0 && !brush && (
          <Tip
            bar={hovered}
            left={Math.min(hovered.x, width - 170)}
            zone={zone}
            intervalMs={counts.intervalMs}
          />
        )}
      </div>
    </div>
  );
}

const isoAt = (ms: number): string => new Date(Math.round(ms)).toISOString();

function FlagLink({ flag, events, zone }: { flag: Flag; events: readonly ContainerEvent[]; zone: Zone }) {
  const newest = flag.events.at(-1);
  if (!newest) return null;
  const { glyph, tone } = eventWords(newest, events);
  // Two names between the same flags would meet: a name on the left takes only the room none on the right took.
  const side = flag.right > FLAG_NAME_PX ? 'right' : flag.left > 2 * FLAG_NAME_PX ? 'left' : undefined;
  const said = flag.events.map(event => `${event.container.name} ${eventWords(event, events, zone).text}`);
  return (
    <Link
      href={`/timeline?event=${encodeURIComponent(newest.event.id)}`}
      className={classNames(styles.flag, styles[`tone-${tone}`])}
      style={{ left: flag.x }}
      title={said.slice(-8).join('\n')}
    >
      {glyph}
      {flag.events.length > 1 && ` ${flag.events.length}`}
      {side && <span className={classNames(styles.flagName, styles[side])}>{newest.container.name}</span>}
      <span className="visually-hidden">: {said.join('; ')}</span>
    </Link>
  );
}

type TipProps = { bar: Bar; left: number; zone: 'utc' | 'local'; intervalMs: number };

function Tip({ bar, left, zone, intervalMs }: TipProps) {
  const from = isoAt(bar.from);
  const to = isoAt(bar.to);
  const isLong = intervalMs >= 3_600_000;
  const time = isLong
    ? formatMinute(from, zone)
    : `${formatClock(from, zone).slice(0, 8)} – ${formatClock(to, zone).slice(0, 8)}`;
  return (
    <div className={styles.tip} style={{ left }}>
      <time>{time}</time>
      <dl>
        {STACK.filter(level => (bar.byLevel[level] ?? 0) > 0).map(level => (
          <LevelCount key={level} level={level} count={bar.byLevel[level] ?? 0} />
        ))}
      </dl>
    </div>
  );
}

const LevelCount = ({ level, count }: { level: string; count: number }) => (
  <>
    <dt style={{ color: level === 'none' ? 'var(--dim)' : `var(--${level})` }}>
      {level === 'none' ? 'no level' : level}
    </dt>
    <dd>{formatNumber(count)}</dd>
  </>
);

/** What a screen reader says instead of the picture. */
function summary(bars: readonly Bar[]): string {
  const sum = (pick: (bar: Bar) => number) => formatNumber(bars.reduce((all, bar) => all + pick(bar), 0));
  const errors = sum(bar => (bar.byLevel['error'] ?? 0) + (bar.byLevel['fatal'] ?? 0));
  return `Lines over time: ${sum(bar => bar.total)} in ${bars.length} bars, ${errors} of them errors.`;
}

function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element.current) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** In the place of the chart while there is none. */
export const HistogramNote = ({ text, onRetry }: { text: string; onRetry?: () => void }) => (
  <div className={styles.chart}>
    <p className={styles.note}>
      <span>
        {text}
        {onRetry && (
          <button type="button" onClick={onRetry}>
            Retry
          </button>
        )}
      </span>
    </p>
  </div>
);
