import { describe, expect, it } from 'vitest';
import { createEventFilter } from './event-filter.ts';
import { eventWords, isFlag, worthARow } from './event-words.ts';
import { anEvent } from './test-records.ts';

const oomDeath = (n: number) =>
  anEvent({
    n,
    action: 'die',
    container: 'worker',
    process: { exit_code: 137 },
    evidence: { memoryLimitBytes: 25_165_824 },
    death: { class: 'oom', cause: 'Killed by the kernel.' },
  });

describe('words of an event', () => {
  it.each([
    [oomDeath(1), 'fatal', '✖', 'OOM-killed · limit 24 MiB · exit 137'],
    [
      anEvent({ action: 'die', process: { exit_code: 1 }, death: { class: 'crash', cause: '' } }),
      'error',
      '✖',
      'crashed · exit 1',
    ],
    [
      anEvent({ action: 'die', process: { exit_code: 143 }, death: { class: 'operator_stop', cause: '' } }),
      'quiet',
      '■',
      'stopped · exit 143',
    ],
    [anEvent({ action: 'die', process: { exit_code: 2 } }), 'error', '✖', 'exited · exit 2'],
    [anEvent({ action: 'die', process: { exit_code: 0 } }), 'quiet', '■', 'exited · exit 0'],
    [anEvent({ action: 'start' }), 'quiet', '▶', 'started'],
    [anEvent({ action: 'health_status', health: { status: 'unhealthy' } }), 'warn', '▲', 'unhealthy'],
    [anEvent({ action: 'health_status: healthy' }), 'ok', '●', 'healthy'],
    [anEvent({ action: 'rename', rename: { from: 'old' } }), 'quiet', '→', 'renamed from old'],
    [
      anEvent({
        action: 'log-gap',
        gap: {
          from: '2026-11-22T10:00:00Z',
          to: '2026-11-22T10:02:05Z',
          stream: 'stdout',
          reason: 'rotated away',
        },
      }),
      'warn',
      '≠',
      'lines of stdout missing here: 10:00:00.000 – 10:02:05.000, rotated away',
    ],
    [anEvent({ action: 'never heard of' }), 'quiet', '·', 'never heard of'],
  ])('%#', (...row) => {
    const [event, tone, glyph, text] = row;
    expect(eventWords(event, [])).toEqual({ tone, glyph, text });
  });

  it('count deaths in a row', () => {
    const deaths = [oomDeath(10), oomDeath(70), oomDeath(130)];
    expect(deaths.map(death => eventWords(death, deaths).text.split(' · ')[3])).toEqual([
      undefined,
      '2nd in 1 min',
      '3rd in 2 min',
    ]);
  });
});

describe('events worth a row', () => {
  it('leave out what the death tells, and engine chatter', () => {
    const actions = ['create', 'start', 'exec_start', 'kill', 'oom', 'die', 'stop', 'start'];
    const events = actions.map((action, n) => anEvent({ n, action }));
    expect(worthARow(events).map(({ event }) => event.action)).toEqual(['start', 'die', 'start']);
  });

  it('keep an oom that the container survived', () => {
    expect(
      worthARow([anEvent({ action: 'oom' }), anEvent({ n: 5, action: 'die', container: 'other' })]),
    ).toHaveLength(2);
  });

  it('flag trouble only', () => {
    const events = [oomDeath(1), anEvent({ action: 'start' }), anEvent({ action: 'oom' })];
    expect(events.map(isFlag)).toEqual([true, false, true]);
  });
});

describe('events beside a query', () => {
  const event = anEvent({ container: 'web-1', compose: { project: 'shop', service: 'web' } });
  it.each([
    ['', true],
    ['level:error', true],
    ['container:web*', true],
    ['container:api', false],
    ['CONTAINER:"WEB-1" and level:error', true],
    ['container:"web*"', false],
    ['not project:shop', false],
    ['project:shop and not service:web', false],
    ['container:(api or web-1)', true],
    ['container:(api or db)', false],
    ['container:api or level:error', true],
    ['container:(api and web)', true],
    ['container:', true],
    ['container:a[b', false],
    ['action:start', true],
    ['event.action:log-gap', false],
    ['not action:start', false],
  ])('%j keeps it: %s', (query, isKept) => expect(createEventFilter(query)(event)).toBe(isKept));
});
