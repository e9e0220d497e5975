import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsGlob, parseFilter } from './filter.ts';

const web = {
  name: 'shop-web-1',
  image: { name: 'registry:5000/shop/web', tag: '1.2' },
  labels: { 'com.docker.compose.project': 'shop', tier: 'front', 'a:b': 'x=y', empty: '' },
};

describe('a filter', () => {
  it.each([
    ['name:shop-web-1', true],
    ['name:shop-*', true],
    ['name:web*', false],
    ['name:*-1', true],
    ['image:registry:5000/shop/web', true],
    ['image:registry:5000/shop/web:1.2', true],
    ['image:*/shop/*', true],
    ['image:*:1.*', true],
    ['image:*:latest', false],
    ['project:shop', true],
    ['project:sh', false],
    ['project:*', true],
    ['label:tier', true],
    ['label:tier=front', true],
    ['label:tier=f*t', true],
    ['label:tier=back', false],
    ['label:none', false],
    ['label:a:b=x=y', true],
    ['label:empty', true],
    ['label:empty=', true],
    ['label:constructor', false],
  ])('%s: %s', (text, fits) => {
    expect(parseFilter(text)?.fits(web)).toBe(fits);
  });

  it.each(['', 'web*', 'nmae:web', 'name:', 'label:=x', 'constructor:x', ':x', 'Name:x'])(
    'is not %j',
    text => {
      expect(parseFilter(text)).toBeNull();
    },
  );

  it('with a project fits a stack of Swarm, and not a container without either', () => {
    const filter = parseFilter('project:shop');
    expect(filter?.fits({ ...web, labels: { 'com.docker.stack.namespace': 'shop' } })).toBe(true);
    expect(parseFilter('project:*')?.fits({ ...web, labels: {} })).toBe(false);
  });

  it('has globs that mean what the same expression means', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(glob, text, (by, given) => {
        expect(fitsGlob(by, given)).toBe(new RegExp(`^${by.replaceAll('*', '.*')}$`).test(given));
      }),
      { numRuns: 2_000 },
    );
  });
});
