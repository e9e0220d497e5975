import { expect, it } from 'vitest';
import { shareParts } from './share-parts.ts';
import { aRecord } from './test-records.ts';

it('makes equal parts one, and never those of another container or name', () => {
  const records = [aRecord({ n: 1 }), aRecord({ n: 2 }), aRecord({ n: 3 })];
  records[2]!.container = { ...records[2]!.container, name: 'renamed' };
  const before = structuredClone(records);
  const [first, second, third] = records.map(shareParts);
  expect(records).toEqual(before);
  expect(second!.container).toBe(first!.container);
  expect(second!.host).toBe(first!.host);
  expect(third!.container).not.toBe(first!.container);
});
