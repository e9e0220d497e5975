import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContainerEvent } from '#contract/container-event.ts';
import { classifyDeath } from './classify-death.ts';
import { DEATH_CASES, type DeathCase } from './death-cases.fixture.ts';
import { events, T0 } from './event-script.fixture.ts';

function judge(
  { script, parts, others = [], sample }: DeathCase,
  order: (list: ContainerEvent[]) => ContainerEvent[],
) {
  const own = events(script, parts);
  const die = own.find(({ event, '@timestamp': stamp }) => event.action === 'die' && stamp === T0);
  return classifyDeath(die!, order([...own, ...others]), sample);
}

describe('a death is classified', () => {
  test.each(DEATH_CASES)('$name: $is', one => {
    const death = judge(one, list => list);
    expect(death.class).toBe(one.is);
    if (one.cause) expect(death.cause).toMatch(one.cause);
    expect(death.cause).toMatch(/\.$/);
  });

  test.each(DEATH_CASES)('$name: whatever order its events come in', one => {
    const expected = judge(one, list => list);
    const shuffled = fc.shuffledSubarray(
      Array.from({ length: 12 }, (_, n) => n),
      { minLength: 12 },
    );
    fc.assert(
      fc.property(shuffled, places => {
        const order = (list: ContainerEvent[]) => places.flatMap(place => list[place] ?? []);
        expect(judge(one, order)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  test.each(DEATH_CASES)('$name: events told twice change nothing', one => {
    expect(judge(one, list => [...list, ...list])).toEqual(judge(one, list => list));
  });
});

test('the words of the engine are one bounded line', () => {
  const [die] = events('die127@0', { evidence: { error: `a\u001b[31m\nb${'x'.repeat(9_000)}` } });
  const { cause } = classifyDeath(die!, []);
  expect(cause.length).toBeLessThan(400);
  expect(cause).not.toMatch(/\p{C}/u);
});
