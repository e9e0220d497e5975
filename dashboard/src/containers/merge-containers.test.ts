import { expect, test } from 'vitest';
import type { Container } from '#contract/container.ts';
import { mergeContainers } from './merge-containers.ts';

const at = (id: string, observedAt: string, name = id) => ({ id, name, observedAt }) as Container;
const names = (containers: readonly Container[]) => containers.map(container => container.name);

test('a push replaces what is older, adds what is new and leaves the rest', () => {
  const list = { containers: [at('a', '10:00'), at('b', '10:00')] };
  const merged = mergeContainers(list, [at('b', '10:01', 'renamed'), at('c', '10:01')]);
  expect(names(merged.containers)).toEqual(['a', 'renamed', 'c']);
});

test('a push that was overtaken changes nothing', () => {
  const list = { containers: [at('a', '10:05')] };
  expect(names(mergeContainers(list, [at('a', '10:00', 'old')]).containers)).toEqual(['a']);
});
