import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { QuaylogError } from '#contract/quaylog-error.ts';
import { canonicalField, FIELDS } from '#indexer/query/fields.ts';
import { parseQuery } from '#indexer/query/parse-query.ts';

const page = readFileSync(new URL('../../docs/query.md', import.meta.url), 'utf8');
const section = (title: string) => new RegExp(`^## ${title}\\n(.*?)^## `, 'ms').exec(page)?.[1] ?? '';
const spans = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
const cells = (title: string) =>
  section(title)
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(line => line.split('|').map(cell => cell.trim()));

describe('docs/query.md', () => {
  const examples = cells('Examples').flatMap(([, query = '']) => spans(query));

  it.each(examples)('gives an example that is a query: %s', query => {
    expect(() => parseQuery(query)).not.toThrow();
  });

  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(30);
  });

  it('names every short name of a field', () => {
    const told = cells('Fields').flatMap(row => [row.slice(1, 3), row.slice(3, 5)]);
    const pairs = told.flatMap(([short = '', full = '']) =>
      spans(short).map((name, i) => [name, spans(full)[i] ?? spans(full)[0]]),
    );
    const known = FIELDS.flatMap(({ name, aliases = [] }) => aliases.map(alias => [alias, name]));
    for (const [short = '', full] of pairs) expect([short, canonicalField(short)]).toEqual([short, full]);
    const names = new Set(pairs.map(([short]) => short));
    expect(
      known.filter(([alias]) => !names.has(alias) && alias !== 'trace_id' && alias !== 'span_id'),
    ).toEqual([]);
  });

  it('shows the error that a wrong query gets', () => {
    const shown = JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? '') as unknown;
    try {
      parseQuery('level:error and (service:api');
      expect.unreachable();
    } catch (error) {
      expect((error as QuaylogError).toBody()).toEqual(shown);
    }
  });
});
