import type { estypes } from '@elastic/elasticsearch';
import { describe, expect, test } from 'vitest';
import { FIELDS } from '../../../query/fields.ts';
import { mappingOf, OWN } from './mapping.ts';

const types = { flattened: true, matchOnlyText: true };

function typeOf(mapping: estypes.MappingTypeMapping, name: string): string | undefined {
  let properties = mapping.properties;
  let found: estypes.MappingProperty | undefined;
  for (const key of name.split('.')) {
    found = properties?.[key];
    properties = (found as { properties?: typeof properties } | undefined)?.properties;
  }
  return found?.type;
}

describe.each(['logs', 'events'] as const)('%s', kind => {
  const mapping = mappingOf(kind, types);

  test('map every field of the language but the id', () => {
    const missing = FIELDS.filter(({ name }) => typeOf(mapping, name) === undefined);
    expect(missing.map(({ name }) => name)).toEqual(['event.id']);
  });

  test('map nothing by what containers write', () => {
    expect(mapping.dynamic).toBe(false);
    expect(typeOf(mapping, 'container.labels')).toBe('flattened');
    if (kind === 'logs') expect(typeOf(mapping, 'app')).toBe('flattened');
  });

  test('keep our own fields out of what is stored', () => {
    expect(mapping._source).toEqual({ excludes: [OWN] });
  });
});

test('types that a server does not have are replaced', () => {
  const plain = mappingOf('logs', { flattened: false, matchOnlyText: false });
  expect(typeOf(plain, 'app')).toBe('object');
  expect(typeOf(plain, 'message')).toBe('text');
  expect(typeOf(mappingOf('logs', types), 'message')).toBe('match_only_text');
});
