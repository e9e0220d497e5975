import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BarState } from '#contract/query.ts';
import {
  filterRows,
  groupRows,
  layoutBars,
  layoutMarks,
  type Bar,
  type Mark,
  type Row,
} from './timeline-layout.ts';
import { createScale } from './time-scale.ts';

const START = Date.parse('2026-11-22T10:00:00Z');
const iso = (seconds: number) => new Date(START + seconds * 1_000).toISOString();
/** A pixel a second, 0 to 1,000. */
const scale = createScale({ fromMs: START, toMs: START + 1_000_000 }, 1_000);
const now = START + 900_000;
const bar = (state: BarState, from: number, to: number | null): Bar => ({
  state,
  from: iso(from),
  to: to === null ? null : iso(to),
});
const mark = (kind: Mark['kind'], seconds: number, over: Partial<Mark> = {}): Mark => ({
  eventId: `${kind}-${seconds}`,
  at: iso(seconds),
  kind,
  label: kind,
  ...over,
});

test('bars are clipped to the view and an open one ends now', () => {
  const drawn = layoutBars([bar('stopped', -50, 100), bar('running', 100, null)], scale, now);
  expect(drawn.map(({ state, x, width, isOpen }) => ({ state, x, width, isOpen }))).toEqual([
    { state: 'stopped', x: 0, width: 100, isOpen: false },
    { state: 'running', x: 100, width: 800, isOpen: true },
  ]);
  expect(drawn[0]?.fromMs).toBe(START - 50_000);
});

test('what lies outside the view, or ends before it begins, is not drawn', () => {
  const bars = [bar('running', -20, -10), bar('running', 1_100, null), bar('stopped', 50, 40)];
  expect(layoutBars(bars, scale, now)).toEqual([]);
});

test('a crash loop too fast for the pixels is one bar of its worst state that says how many changes it holds', () => {
  const bars: Bar[] = [];
  for (let second = 0; second < 100; second += 1)
    bars.push(bar(second % 2 === 0 ? 'running' : 'restarting', second, second + 1));
  expect(layoutBars(bars, scale, now)).toMatchObject([
    { state: 'restarting', x: 0, width: 100, changes: 100 },
  ]);
});

test('one short stop between two long runs is still seen', () => {
  const bars = [bar('running', 0, 100), bar('stopped', 100, 100.2), bar('running', 100.2, 300)];
  const drawn = layoutBars(bars, scale, now);
  expect(drawn.map(drawn => drawn.state)).toEqual(['running', 'stopped', 'running']);
  expect(drawn[1]?.width).toBe(2);
});

test('neighbours of the same state are one bar and count as one change', () => {
  expect(layoutBars([bar('running', 0, 10), bar('running', 10, 20)], scale, now)).toMatchObject([
    { x: 0, width: 20, changes: 1 },
  ]);
});

test('bars never run backwards and never leave the view, whatever the answer holds', () => {
  const time = fc.integer({ min: -500, max: 1_500 });
  const anyBar = fc.record({
    state: fc.constantFrom<BarState>('running', 'restarting', 'stopped', 'nodata'),
    from: time,
    length: fc.integer({ min: -5, max: 300 }),
  });
  fc.assert(
    fc.property(fc.array(anyBar, { maxLength: 40 }), bars => {
      const sorted = bars.sort((left, right) => left.from - right.from);
      const drawn = layoutBars(
        sorted.map(({ state, from, length }) => bar(state, from, from + length)),
        scale,
        now,
      );
      for (const one of drawn) {
        expect(one.x).toBeGreaterThanOrEqual(0);
        expect(one.x).toBeLessThanOrEqual(1_000);
        expect(one.width).toBeGreaterThanOrEqual(2);
      }
    }),
  );
});

test('the oom, die and start of one death are one mark: the die, which knows the cause', () => {
  const marks = [mark('oom', 100), mark('die', 100.1, { class: 'oom', exitCode: 137 }), mark('start', 101)];
  const drawn = layoutMarks(marks, scale);
  expect(drawn).toHaveLength(1);
  expect(drawn[0]).toMatchObject({ main: { kind: 'die', class: 'oom' }, deaths: 1 });
  expect(drawn[0]?.marks).toHaveLength(3);
});

test('a start soon after a death belongs to it; one that stands alone has its own mark', () => {
  const marks = [
    mark('die', 100),
    mark('start', 120),
    mark('oom', 200, { exitCode: 137 }),
    mark('restart', 220),
    mark('start', 400),
  ];
  const drawn = layoutMarks(marks, scale);
  expect(drawn.map(one => [one.main.kind, one.marks.length])).toEqual([
    ['die', 2],
    ['oom', 2],
    ['start', 1],
  ]);
});

test('of several as grave the newest stands for all', () => {
  const drawn = layoutMarks(
    [mark('die', 10, { class: 'crash' }), mark('die', 14, { class: 'crash' })],
    scale,
  );
  expect(drawn[0]).toMatchObject({ main: { eventId: 'die-14' }, deaths: 2 });
});

test('a stop by request does not hide a bad health', () => {
  const drawn = layoutMarks([mark('unhealthy', 10), mark('die', 12, { class: 'operator_stop' })], scale);
  expect(drawn[0]?.main.kind).toBe('unhealthy');
});

test('marks keep their distance and none is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 200 }), seconds => {
      const drawn = layoutMarks(
        seconds.map(second => mark('start', second)),
        scale,
      );
      expect(drawn.flatMap(one => one.marks)).toHaveLength(seconds.length);
      const firsts = drawn.map(one => one.x);
      for (let index = 1; index < firsts.length; index += 1)
        expect((firsts[index] ?? 0) - (firsts[index - 1] ?? 0)).toBeGreaterThanOrEqual(15);
    }),
  );
});

const row = (name: string, project: string | null, host = 'a'): Row => ({
  container: { id: name, name, image: 'i' },
  host,
  project,
  removed: false,
  bars: [],
  marks: [],
});

test('rows are grouped by project and host, those outside compose last', () => {
  const groups = groupRows([row('x', null), row('a', 'shop'), row('b', 'shop', 'b'), row('c', 'shop')]);
  expect(groups.map(group => [group.project, group.host, group.rows.length])).toEqual([
    ['shop', 'a', 2],
    ['shop', 'b', 1],
    [null, 'a', 1],
  ]);
});

test('a filter word looks at name, image, project and host', () => {
  const rows = [row('web', 'shop'), row('db', 'shop'), row('cron', null, 'b')];
  expect(filterRows(rows, 'shop -db').map(one => one.container.name)).toEqual(['web']);
  expect(filterRows(rows, '')).toHaveLength(3);
});
