import { expect, test } from 'vitest';
import type { ContainerEvent } from '#contract/container-event.ts';
import { events } from './event-script.fixture.ts';
import { explainDeaths, withDeaths } from './with-deaths.ts';

const classes = (list: ContainerEvent[]) => list.map(({ death }) => death?.class);

test('fills in deaths and leaves other events alone', () => {
  const list = events('start@-60 kill15@-0.2 die0@0 stop@0.1 start@5 die1@9');
  expect(classes(withDeaths(list))).toEqual([
    undefined,
    undefined,
    'operator_stop',
    undefined,
    undefined,
    'crash',
  ]);
});

test('does not take the signals of one container for another', () => {
  const other = events('kill15@-0.2 stop@0.1', { containerId: 'e'.repeat(64) });
  expect(classes(withDeaths(events('die1@0'), [...events('die1@0'), ...other]))).toEqual(['crash']);
});

test('reads what lies around the deaths of a page, beyond its edges', async () => {
  const stored = events('start@-60 kill15@-9 kill9@-0.1 die137@0 stop@0.1');
  const store: Parameters<typeof explainDeaths>[1] = {
    findEvents: ({ from, to }) =>
      Promise.resolve(stored.filter(({ '@timestamp': at }) => at >= from && at < to).reverse()),
    findSamples: () => Promise.resolve([]),
  };
  expect(classes(await explainDeaths(events('die137@0'), store))).toEqual(['operator_stop']);
});
