import { describe, expect, test } from 'vitest';
import type { Container } from '#contract/container.ts';
import { msOf, shiftStamp } from '#contract/stamp.ts';
import { CONTAINER_ID, events, HOST, T0, type EventParts } from '../death/event-script.fixture.ts';
import { withDeaths } from '../death/with-deaths.ts';
import { buildTimeline } from './build-timeline.ts';
import type { Gap } from './state-bars.ts';

/** Seconds relative to T0; the span is the 100 s before it. */
const stamp = (seconds: number) => shiftStamp(T0, seconds * 1_000);
const seconds = (at: string | null) => (at === null ? null : (msOf(at) - msOf(T0)) / 1_000);
const SPAN = { from: stamp(-100), to: T0, now: T0 };

const aContainer = (over: Partial<Container> = {}): Container => ({
  id: CONTAINER_ID,
  name: 'worker-1',
  image: 'shop/worker:1',
  state: 'running',
  health: 'none',
  exitCode: null,
  oomKilled: false,
  restartCount: 0,
  restartPolicy: 'no',
  createdAt: stamp(-900),
  startedAt: stamp(-899),
  finishedAt: null,
  memoryLimitBytes: null,
  labels: {},
  compose: null,
  tty: false,
  logDriver: 'json-file',
  collected: true,
  collectedReason: 'default',
  observedAt: T0,
  host: HOST.name,
  hostId: HOST.id,
  sample: null,
  sampledAt: null,
  lastDeath: null,
  ...over,
});

type Input = {
  script?: string;
  parts?: EventParts;
  container?: Container | null;
  gaps?: { from: number; to: number | null }[];
  span?: typeof SPAN;
};
function row({ script = '', parts, container = aContainer(), gaps = [], span = SPAN }: Input) {
  const silences = gaps.map(({ from, to }): Gap & { hostId: string } => ({
    hostId: HOST.id,
    from: stamp(from),
    to: to === null ? null : stamp(to),
  }));
  const list = withDeaths(events(script, parts));
  return buildTimeline({ containers: container ? [container] : [], events: list, span, silences }).rows[0];
}
/** `running -100..-50, stopped -50..` */
const drawn = (input: Input) =>
  row(input)
    ?.bars.map(({ state, from, to }) => `${state} ${seconds(from)}..${seconds(to) ?? ''}`)
    .join(', ');

const always = { restartPolicy: 'always' };
const exitedAt = (at: number, over: Partial<Container> = {}) =>
  aContainer({ state: 'exited', finishedAt: stamp(at), ...over });
const startedAt = (at: number, over: Partial<Container> = {}) =>
  aContainer({ startedAt: stamp(at), ...over });

describe('bars', () => {
  test.each<[string, Input, string | undefined]>([
    ['running all the time', {}, 'running -100..'],
    ['stopped all the time', { container: exitedAt(-500) }, 'stopped -100..'],
    ['paused all the time', { container: aContainer({ state: 'paused' }) }, 'paused -100..'],
    ['unhealthy all the time', { container: aContainer({ health: 'unhealthy' }) }, 'unhealthy -100..'],
    ['never started', { container: aContainer({ state: 'created', startedAt: null }) }, 'created -100..'],
    [
      'a stop',
      { script: 'kill15@-51 die0@-50 stop@-49.9', container: exitedAt(-50) },
      'running -100..-50, stopped -50..',
    ],
    ['a start', { script: 'start@-50', container: startedAt(-50) }, 'stopped -100..-50, running -50..'],
    ['a pause', { script: 'pause@-60 unpause@-40' }, 'running -100..-60, paused -60..-40, running -40..'],
    ['a pause that began before', { script: 'unpause@-40' }, 'paused -100..-40, running -40..'],
    [
      'a whole life',
      { script: 'create@-80 start@-79 die0@-20 destroy@-10', container: null },
      'created -80..-79, running -79..-20, stopped -20..-10',
    ],
    [
      'a restart by policy',
      { script: 'die1@-50 start@-49', container: startedAt(-49, always) },
      'running -100..-50, restarting -50..-49, running -49..',
    ],
    [
      'a restart by a person',
      { script: 'kill15@-51 die0@-50 stop@-49.9 start@-49', container: startedAt(-49, always) },
      'running -100..-50, stopped -50..-49, running -49..',
    ],
    [
      'waiting to be restarted',
      { script: 'die1@-5', container: aContainer({ state: 'restarting', ...always }) },
      'running -100..-5, restarting -5..',
    ],
    [
      'health that fails and comes back',
      {
        script: 'health_status:unhealthy@-60 health_status:healthy@-30',
        container: aContainer({ health: 'healthy' }),
      },
      'running -100..-60, unhealthy -60..-30, running -30..',
    ],
    [
      'a start with a health check',
      { script: 'start@-60 health_status:healthy@-30', container: startedAt(-60, { health: 'healthy' }) },
      'stopped -100..-60, starting -60..-30, running -30..',
    ],
    ['an end that no event told', { container: exitedAt(-50) }, 'running -100..-50, stopped -50..'],
    ['a start that no event told', { container: startedAt(-50) }, 'nodata -100..-50, running -50..'],
    [
      'a first start that nobody saw, before a death',
      {
        script: 'die1@-50 start@-49',
        container: startedAt(-49, { ...always, createdAt: stamp(-90) }),
      },
      'running -90..-50, restarting -50..-49, running -49..',
    ],
    [
      'a first healthy probe that nobody saw',
      { container: startedAt(-89, { createdAt: stamp(-90), health: 'healthy' }) },
      'created -90..-89, running -89..',
    ],
    [
      'a span in the past',
      { container: aContainer(), span: { ...SPAN, now: stamp(500) } },
      'running -100..0',
    ],
    ['an exec or a signal changes nothing', { script: 'kill1@-50 restart@-49' }, 'running -100..'],
    [
      'events out of order',
      { script: 'start@-49 die1@-50', container: startedAt(-49, always) },
      'running -100..-50, restarting -50..-49, running -49..',
    ],
    ['created later than the span', { container: aContainer({ createdAt: stamp(10) }) }, undefined],
    [
      'removed before the span',
      { container: aContainer({ state: 'removed', observedAt: stamp(-200) }) },
      undefined,
    ],
  ])('%s', (_name, input, expected) => {
    expect(drawn(input)).toBe(expected);
  });

  test.each<[string, Input, string]>([
    ['a collector that is gone', { gaps: [{ from: -30, to: null }] }, 'running -100..-30, nodata -30..'],
    [
      'also when it was stopped',
      { container: exitedAt(-500), gaps: [{ from: -30, to: null }] },
      'stopped -100..-30, nodata -30..',
    ],
    ['between two collectors, running since before', { gaps: [{ from: -60, to: -40 }] }, 'running -100..'],
    [
      'between two collectors, stopped since before',
      { container: exitedAt(-500), gaps: [{ from: -60, to: -40 }] },
      'stopped -100..',
    ],
    [
      'between two collectors, started meanwhile',
      { container: startedAt(-50), gaps: [{ from: -60, to: -40 }] },
      'nodata -100..-50, running -50..',
    ],
    [
      'before the first collector, running since before',
      { gaps: [{ from: -9_999, to: -40 }] },
      'running -100..',
    ],
    [
      'before the first collector, started later',
      { script: 'start@-20', container: startedAt(-20), gaps: [{ from: -9_999, to: -40 }] },
      'nodata -100..-40, stopped -40..-20, running -20..',
    ],
    ['a gap outside the span', { gaps: [{ from: -300, to: -200 }] }, 'running -100..'],
  ])('never claims what nobody saw: %s', (_name, input, expected) => {
    expect(drawn(input)).toBe(expected);
  });
});

describe('marks', () => {
  const marks = (script: string, parts?: EventParts) =>
    row({ script, ...(parts ? { parts } : {}) })?.marks.map(({ kind, at, exitCode }) =>
      [kind, seconds(at), exitCode ?? ''].join(' ').trim(),
    );

  test.each<[string, string, string[]]>([
    ['an OOM death is one mark', 'oom@-50 die137@-49.9 start@-49', ['oom -49.9 137', 'restart -49']],
    ['an OOM that only a child died of', 'oom@-50', ['oom -50']],
    ['a crash', 'die1@-50', ['die -50 1']],
    ['a stop', 'kill15@-51 die0@-50 stop@-49.9', ['kill -51', 'die -50 0']],
    [
      'health',
      'health_status:unhealthy@-60 health_status:healthy@-50 health_status:starting@-40',
      ['unhealthy -60', 'healthy -50'],
    ],
    [
      'the rest',
      'start@-90 rename@-80 log-gap@-70 destroy@-60',
      ['start -90', 'rename -80', 'gap -70', 'removed -60'],
    ],
  ])('%s', (_name, script, expected) => {
    expect(marks(script)).toEqual(expected);
  });

  test('say how it died, and lead to the event', () => {
    const [die] = events('die137@-50', { evidence: { oomKilled: true, memoryLimitBytes: 24 * 1024 ** 2 } });
    const [mark] = row({ script: 'die137@-50', parts: { evidence: die!.evidence! } })!.marks;
    expect(mark).toMatchObject({
      eventId: die!.event.id,
      class: 'oom',
      label: 'Killed by the kernel: memory reached its 24 MiB limit. Exit 137.',
    });
  });
});

test('rows stand by project and name; what has no project comes last', () => {
  const compose = { project: 'shop', service: 'web' };
  const containers = [
    aContainer({ id: 'c', name: 'b-2' }),
    aContainer({ id: 'a', name: 'z-1', compose }),
    aContainer({ id: 'b', name: 'a-1' }),
  ];
  const { rows } = buildTimeline({ containers, events: [], span: SPAN, silences: [] });
  expect(rows.map(({ container }) => container.name)).toEqual(['z-1', 'a-1', 'b-2']);
});
