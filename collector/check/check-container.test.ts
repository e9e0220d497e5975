import { describe, expect, it } from 'vitest';
import { findContainers } from './check-container.ts';
import type { SeenContainer } from './check-containers.ts';

const seen = [
  ['aaaa1111', 'web', 'front'],
  ['aaaa2222', 'shop-front-1', 'front'],
  ['bbbb3333', 'front-2', 'web'],
].map(
  ([id, name, service]) =>
    ({
      details: { id, name, labels: { 'com.docker.compose.service': service } },
    }) as unknown as SeenContainer,
);

describe('a container', () => {
  it.each([
    ['web', ['web']],
    ['front', ['web', 'shop-front-1']],
    ['aaaa', ['web', 'shop-front-1']],
    ['bbbb33', ['front-2']],
    ['aaa', []],
    ['constructor', []],
  ])('is found by name, else by compose service, else by id: %s', (asked, names) => {
    expect(findContainers(seen, asked).map(({ details }) => details.name)).toEqual(names);
  });
});
