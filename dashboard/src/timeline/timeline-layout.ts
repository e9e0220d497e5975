/** From the answer of `/api/v1/timeline` to what is drawn: bars that can be seen, marks that do not cover each other, groups. */
import type { BarState, Timeline } from '#contract/query.ts';
import type { TimeScale } from './time-scale.ts';

export type Row = Timeline['rows'][number];
export type Bar = Row['bars'][number];
export type Mark = Row['marks'][number];

/** `changes` > 1: so many state changes lie in these pixels that only the worst of them is drawn. */
export type DrawnBar = {
  state: BarState;
  x: number;
  width: number;
  fromMs: number;
  toMs: number;
  isOpen: boolean;
  changes: number;
};
/** Marks too close to be told apart, drawn as their gravest; `deaths` counts the deaths among them. */
export type DrawnMark = { x: number; main: Mark; marks: Mark[]; deaths: number };
export type RowGroup = { key: string; project: string | null; host: string; rows: Row[] };

/** Narrower than this a bar is no bar any more: neighbours as narrow are drawn as one. */
const SLIVER_PX = 2;
const MARK_GAP_PX = 15;
const START_REACH_PX = 30;

/** Gravest first: what a bundle of slivers shows. */
const BAR_GRAVITY: readonly BarState[] = [
  'restarting',
  'unhealthy',
  'stopped',
  'nodata',
  'starting',
  'paused',
  'created',
  'running',
];

/** What lies in the view, clipped to it, in time order. An open bar ends at `nowMs`. */
export function layoutBars(bars: readonly Bar[], scale: TimeScale, nowMs: number): DrawnBar[] {
  const drawn: DrawnBar[] = [];
  for (const bar of bars) {
    const fromMs = Math.max(Date.parse(bar.from), scale.view.fromMs);
    const toMs = Math.min(bar.to === null ? nowMs : Date.parse(bar.to), scale.view.toMs);
    if (!(toMs > fromMs)) continue;
    const x = scale.x(fromMs);
    const next: DrawnBar = {
      state: bar.state,
      x,
      width: scale.x(toMs) - x,
      fromMs: Date.parse(bar.from),
      toMs: bar.to === null ? nowMs : Date.parse(bar.to),
      isOpen: bar.to === null,
      changes: 1,
    };
    const last = drawn.at(-1);
    if (last !== undefined && joins(last, next)) drawn[drawn.length - 1] = joined(last, next);
    else drawn.push(next);
  }
  return drawn.map(bar => ({ ...bar, width: Math.max(bar.width, SLIVER_PX) }));
}

function joins(last: DrawnBar, next: DrawnBar): boolean {
  const touches = next.x - (last.x + last.width) < 1;
  if (!touches) return false;
  if (last.state === next.state && last.changes === 1) return true;
  const lastIsSliver = last.changes > 1 || last.width < SLIVER_PX;
  return lastIsSliver && next.width < SLIVER_PX;
}

function joined(last: DrawnBar, next: DrawnBar): DrawnBar {
  const isSameBar = last.state === next.state && last.changes === 1;
  return {
    ...last,
    state: BAR_GRAVITY.indexOf(next.state) < BAR_GRAVITY.indexOf(last.state) ? next.state : last.state,
    width: next.x + next.width - last.x,
    toMs: next.toMs,
    isOpen: next.isOpen,
    changes: isSameBar ? 1 : last.changes + 1,
  };
}

/** Marks in the view from left to right, at least `MARK_GAP_PX` apart. */
export function layoutMarks(marks: readonly Mark[], scale: TimeScale): DrawnMark[] {
  const inView = marks
    .map(mark => ({ mark, atMs: Date.parse(mark.at) }))
    .filter(({ atMs }) => atMs >= scale.view.fromMs && atMs <= scale.view.toMs)
    .sort((left, right) => left.atMs - right.atMs);
  const bundles: { firstX: number; marks: Mark[] }[] = [];
  for (const { mark, atMs } of inView) {
    const x = scale.x(atMs);
    const last = bundles.at(-1);
    if (last !== undefined && x - last.firstX < MARK_GAP_PX) last.marks.push(mark);
    else bundles.push({ firstX: x, marks: [mark] });
  }
  return bundles.map(toDrawnMark).reduce(absorbStarts, []);
}

/** A start or restart right after a death is part of its tale, and the bar shows it: it gets no mark of its own there. */
function absorbStarts(drawn: DrawnMark[], next: DrawnMark): DrawnMark[] {
  const last = drawn.at(-1);
  const isStart = next.main.kind === 'start' || next.main.kind === 'restart';
  if (!isStart || last === undefined || !isDeath(last.main) || next.x - last.x > START_REACH_PX)
    return [...drawn, next];
  return [...drawn.slice(0, -1), { ...last, marks: [...last.marks, ...next.marks] }];
}

/** Drawn where its first mark is, so that bundles keep their distance. */
function toDrawnMark({ firstX, marks }: { firstX: number; marks: Mark[] }): DrawnMark {
  const main = marks.reduce((worst, mark) => (gravity(mark) <= gravity(worst) ? mark : worst));
  const deaths = marks.filter(isDeath).length;
  return { x: firstX, main, marks, deaths };
}

/** An `oom` with an exit code is the death that the kernel caused; without one a process died and the container lived. */
export function isDeath(mark: Mark): boolean {
  return mark.kind === 'die' || (mark.kind === 'oom' && mark.exitCode !== undefined);
}

const ALARMS = ['crash', 'start_failed', 'oom_suspected'];

/** Small is grave. The `die` of an OOM carries its cause, so it goes before the engine's own `oom`. */
export function gravity(mark: Mark): number {
  switch (mark.kind) {
    case 'die':
      if (mark.class === 'oom') return 0;
      return ALARMS.includes(mark.class ?? '') ? 2 : 6;
    case 'oom':
      return isDeath(mark) ? 0 : 1;
    case 'unhealthy':
      return 3;
    case 'gap':
      return 4;
    case 'restart':
      return 5;
    case 'kill':
      return 7;
    case 'removed':
      return 8;
    case 'healthy':
      return 9;
    case 'start':
      return 10;
    case 'rename':
      return 11;
  }
}

/** By compose project, then host, in the order the answer has them; containers outside compose last. */
export function groupRows(rows: readonly Row[]): RowGroup[] {
  const groups = new Map<string, RowGroup>();
  for (const row of rows) {
    const key = JSON.stringify([row.project, row.host]);
    const group = groups.get(key) ?? { key, project: row.project, host: row.host, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  const outside = (group: RowGroup) => Number(group.project === null);
  return [...groups.values()].sort((left, right) => outside(left) - outside(right));
}

/** Rows whose container, image, project or host has every word; `-word` must not be there. */
export function filterRows(rows: readonly Row[], text: string): Row[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(row => {
    const hay = [row.container.name, row.container.image, row.project ?? '', row.host]
      .join('\n')
      .toLowerCase();
    return words.every(word =>
      word.length > 1 && word.startsWith('-') ? !hay.includes(word.slice(1)) : hay.includes(word),
    );
  });
}
