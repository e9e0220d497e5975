import { useRef } from 'react';
import type { Story } from '#contract/query.ts';
import { isDeathAlarming } from '../containers/container-state.ts';
import { classNames } from '../ui/class-names.ts';
import { formatBytes } from '../ui/format.ts';
import { useZone } from '../ui/zone.ts';
import {
  areaPath,
  byteTicks,
  linePath,
  splitRuns,
  topOf,
  toMemoryPoints,
  xOf,
  yOf,
  type Frame,
  type MemoryPoint,
} from './memory-curve.ts';
import { STATE_WORDS } from './mark-words.ts';
import styles from './memory-chart.module.css';
import { runEnds, spanOf } from './story-words.ts';
import { createScale, ticksOf } from './time-scale.ts';
import { layoutBars, type Row } from './timeline-layout.ts';
import { useWidth } from './use-width.ts';

const LEFT_PX = 58;
const RIGHT_PX = 10;
const TOP_PX = 16;
const PLOT_PX = 112;
const STRIP_TOP = TOP_PX + PLOT_PX + 22;
const STRIP_PX = 8;

type MemoryChartProps = {
  story: Story;
  /** The container around the event, from the timeline; undefined until that answers. */
  row: Row | undefined;
  now: number;
};

/** Memory against its limit up to the event, and under it, on the same axis, what the container was doing. */
export function MemoryChart({ story, row, now }: MemoryChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = Math.max(40, useWidth(box) - LEFT_PX - RIGHT_PX);
  const points = toMemoryPoints(story.samples);
  const limit = story.memoryLimitBytes;
  const frame: Frame = { ...spanOf(story), width, height: PLOT_PX, topBytes: topOf(points, limit) };
  const { glyph, tone } = eventShape(story);
  const ends = runEnds(row?.marks ?? []);
  const deathX = xOf(Date.parse(story.event['@timestamp']), frame);
  return (
    <div ref={box} className={styles.box}>
      <svg width={width + LEFT_PX + RIGHT_PX} height={STRIP_TOP + STRIP_PX + 4} role="img">
        <title>{describe(points, limit)}</title>
        <g transform={`translate(${LEFT_PX} ${TOP_PX})`}>
          <TimeAxis frame={frame} />
          {(points.length > 0 || limit !== null) && <ByteAxis frame={frame} />}
          {ends.map(end => (
            <line key={end} className={styles.end} x1={xOf(end, frame)} x2={xOf(end, frame)} y2={PLOT_PX} />
          ))}
          {splitRuns(points, ends).map(piece => (
            <g key={piece[0]?.atMs}>
              <path className={styles.area} d={areaPath(piece, frame)} />
              <path className={styles.line} d={linePath(piece, frame)} />
            </g>
          ))}
          <Limit limit={limit} frame={frame} />
          <line
            className={classNames(styles.death, styles[tone])}
            x1={deathX}
            x2={deathX}
            y1={-4}
            y2={STRIP_TOP - TOP_PX + STRIP_PX}
          />
          <text className={classNames(styles.deathMark, styles[tone])} x={deathX} y={-8}>
            {glyph}
          </text>
          {points.length === 0 && (
            <text className={styles.empty} x={width / 2} y={PLOT_PX / 2}>
              No sample was taken around this time
            </text>
          )}
        </g>
        <g transform={`translate(${LEFT_PX} ${STRIP_TOP})`}>
          {layoutBars(row?.bars ?? [], createScale(frame, width), now).map(bar => (
            <rect
              key={`${bar.fromMs} ${bar.state}`}
              className={styles[bar.state]}
              x={bar.x}
              width={bar.width}
              height={STRIP_PX}
              fill={bar.state === 'nodata' ? 'url(#no-data)' : undefined}
            >
              <title>{STATE_WORDS[bar.state]}</title>
            </rect>
          ))}
          <text className={styles.tick} x={-6} y={STRIP_PX / 2} textAnchor="end">
            state
          </text>
        </g>
      </svg>
      {isLimitFar(limit, frame) && (
        <p className={styles.note}>The limit of {formatBytes(limit ?? 0)} is far above this scale.</p>
      )}
    </div>
  );
}

/** The same shapes as on the timeline: a cross is out of memory, a square any other end. */
function eventShape({ event }: Story): { glyph: string; tone: 'fatal' | 'error' | 'calm' } {
  const cause = event.death?.class;
  if (cause === 'oom' || event.event.action === 'oom') return { glyph: '✖', tone: 'fatal' };
  if (event.event.action !== 'die') return { glyph: '▾', tone: 'calm' };
  return { glyph: '■', tone: isDeathAlarming(cause ?? '') ? 'error' : 'calm' };
}

const isLimitFar = (limit: number | null, frame: Frame): boolean => limit !== null && limit > frame.topBytes;

function describe(points: readonly MemoryPoint[], limit: number | null): string {
  const last = points.at(-1);
  const most = points.reduce((highest, point) => Math.max(highest, point.bytes), 0);
  const against = limit === null ? 'without a limit' : `against a limit of ${formatBytes(limit)}`;
  return last === undefined
    ? 'No memory samples'
    : `Memory ${against}: at most ${formatBytes(most)}, last ${formatBytes(last.bytes)}`;
}

function ByteAxis({ frame }: { frame: Frame }) {
  return byteTicks(frame).map(tick => (
    <g key={tick.bytes}>
      <line className={styles.grid} x1={0} x2={frame.width} y1={tick.y} y2={tick.y} />
      <text className={styles.tick} x={-6} y={tick.y} textAnchor="end">
        {formatBytes(tick.bytes)}
      </text>
    </g>
  ));
}

function TimeAxis({ frame }: { frame: Frame }) {
  const timeZone = useZone() === 'utc' ? 'UTC' : undefined;
  return ticksOf(createScale(frame, frame.width), timeZone).map(tick => (
    <text
      key={tick.atMs}
      className={styles.tick}
      x={Math.min(frame.width - 16, Math.max(16, tick.x))}
      y={frame.height + 12}
      textAnchor="middle"
    >
      {tick.label}
    </text>
  ));
}

function Limit({ limit, frame }: { limit: number | null; frame: Frame }) {
  if (limit === null || isLimitFar(limit, frame)) return null;
  const y = yOf(limit, frame);
  return (
    <>
      <line className={styles.limit} x1={0} x2={frame.width} y1={y} y2={y} />
      <text className={styles.limitName} x={4} y={y - 7}>
        limit {formatBytes(limit)}
      </text>
    </>
  );
}
