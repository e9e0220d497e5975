/** The saved objects for Kibana fit each other, and the indices they look at. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { estypes } from '@elastic/elasticsearch';
import { describe, expect, test } from 'vitest';
import { mappingOf, type IndexKind } from '#indexer/store/elasticsearch/document/mapping.ts';
import { ROOT } from '../support/program.ts';

type SavedObject = {
  type: string;
  id: string;
  attributes: Record<string, unknown>;
  references: { type: string; id: string; name: string }[];
};

const objects = readFileSync(join(ROOT, 'deploy/kibana/quaylog.ndjson'), 'utf8')
  .trimEnd()
  .split('\n')
  .map(line => JSON.parse(line) as SavedObject);

const typesOf = (kind: IndexKind): Map<string, string> => {
  const types = new Map<string, string>();
  const visit = (properties: Record<string, estypes.MappingProperty>, path: string): void => {
    for (const [key, property] of Object.entries(properties)) {
      if (property.type !== undefined) types.set(path + key, property.type);
      if ('properties' in property && property.properties) visit(property.properties, `${path}${key}.`);
    }
  };
  visit(mappingOf(kind, { flattened: true, matchOnlyText: true }).properties ?? {}, '');
  return types;
};

/** The fields that an object names, wherever they stand in it. */
function* fieldsIn(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const element of value) yield* fieldsIn(element);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, below] of Object.entries(value)) {
      if (key === 'sourceField') yield String(below);
      else if (key === 'columns' && Array.isArray(below)) yield* below as string[];
      else yield* fieldsIn(below);
    }
  }
}

describe.each(objects)('$type $id', ({ type, attributes, references }) => {
  test('refers to objects of the file', () => {
    for (const reference of references) {
      expect(objects).toContainEqual(expect.objectContaining({ type: reference.type, id: reference.id }));
    }
  });

  test('holds JSON where Kibana expects it', () => {
    const texts = JSON.stringify(attributes).match(/"\w+JSON":"(?:[^"\\]|\\.)*"/g) ?? [];
    for (const text of texts) JSON.parse(JSON.parse(text.slice(text.indexOf(':') + 1)) as string);
    const panels = JSON.parse((attributes['panelsJSON'] ?? '[]') as string) as { panelRefName: string }[];
    if (type === 'dashboard') expect(panels).toHaveLength(references.length);
    for (const { panelRefName } of panels) {
      expect(references.some(({ name }) => name.endsWith(`:${panelRefName}`))).toBe(true);
    }
  });

  test('names fields that our indices have', () => {
    const [view] = references.filter(reference => reference.type === 'index-pattern');
    if (!view) return;
    const types = typesOf(view.id.replace('quaylog-', '') as IndexKind);
    const fields = [...fieldsIn(attributes)].filter(field => field !== '___records___');
    expect(fields.filter(field => !types.has(field))).toEqual([]);
    expect(fields.length).toBeGreaterThan(0);
  });
});

test('each kind of index has a view, by its time', () => {
  for (const kind of ['logs', 'events', 'samples'] as const) {
    const view = objects.find(({ id }) => id === `quaylog-${kind}`);
    expect(view?.attributes).toMatchObject({ title: `quaylog-${kind}-*`, timeFieldName: '@timestamp' });
    expect(typesOf(kind).get('@timestamp')).toBe('date_nanos');
  }
});
