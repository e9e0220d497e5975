/** The one table of fields: canonical names, what people call them, and how their values are compared. */
import { LEVELS } from '#contract/levels.ts';
import type { Level } from '#contract/log-record.ts';
import type { FieldList } from '#contract/query.ts';
import type { RangeOperator } from './query-tree.ts';

/**
 * `keyword`: the whole value; `text`: by tokens; `number`; `date`: stamps. Any field may hold several values.
 * `unit`: what a plain number in the field counts.
 */
export type Field = {
  name: string;
  type: 'keyword' | 'text' | 'number' | 'date';
  aliases?: readonly string[];
  unit?: 'bytes';
};

export const FIELDS: readonly Field[] = [
  { name: '@timestamp', type: 'date', aliases: ['time', 'timestamp'] },
  { name: 'message', type: 'text', aliases: ['msg'] },
  { name: 'log.level', type: 'keyword', aliases: ['level'] },
  { name: 'log.level_source', type: 'keyword' },
  { name: 'log.iostream', type: 'keyword', aliases: ['stream'] },
  { name: 'log.logger', type: 'keyword', aliases: ['logger'] },
  { name: 'log.truncated', type: 'keyword' },
  { name: 'log.original_bytes', type: 'number', unit: 'bytes' },
  { name: 'log.partial', type: 'keyword' },
  { name: 'container.name', type: 'keyword', aliases: ['container'] },
  { name: 'container.id', type: 'keyword', aliases: ['id'] },
  { name: 'container.image.name', type: 'keyword', aliases: ['image'] },
  { name: 'container.image.tag', type: 'keyword', aliases: ['tag'] },
  { name: 'host.name', type: 'keyword', aliases: ['host'] },
  { name: 'host.id', type: 'keyword' },
  { name: 'compose.project', type: 'keyword', aliases: ['project'] },
  { name: 'compose.service', type: 'keyword', aliases: ['service'] },
  { name: 'service.name', type: 'keyword' },
  { name: 'service.version', type: 'keyword' },
  { name: 'event.id', type: 'keyword' },
  { name: 'event.dataset', type: 'keyword' },
  { name: 'event.original', type: 'text' },
  { name: 'event.created', type: 'date' },
  { name: 'event.kind', type: 'keyword' },
  { name: 'event.category', type: 'keyword' },
  { name: 'event.type', type: 'keyword' },
  { name: 'event.action', type: 'keyword', aliases: ['action'] },
  { name: 'event.reconciled', type: 'keyword' },
  { name: 'event.reason', type: 'keyword' },
  { name: 'error.type', type: 'keyword' },
  { name: 'error.message', type: 'text', aliases: ['error'] },
  { name: 'error.stack_trace', type: 'text' },
  { name: 'http.request.method', type: 'keyword', aliases: ['method'] },
  { name: 'http.request.id', type: 'keyword' },
  { name: 'http.response.status_code', type: 'number', aliases: ['status'] },
  { name: 'http.response.body.bytes', type: 'number', unit: 'bytes' },
  { name: 'url.original', type: 'keyword', aliases: ['url'] },
  { name: 'url.path', type: 'keyword', aliases: ['path'] },
  { name: 'source.ip', type: 'keyword', aliases: ['ip'] },
  { name: 'process.pid', type: 'number', aliases: ['pid'] },
  { name: 'process.exit_code', type: 'number', aliases: ['exit_code'] },
  { name: 'process.signal', type: 'number' },
  { name: 'trace.id', type: 'keyword', aliases: ['trace', 'trace_id'] },
  { name: 'span.id', type: 'keyword', aliases: ['span', 'span_id'] },
  { name: 'health.status', type: 'keyword' },
  { name: 'rename.from', type: 'keyword' },
  { name: 'gap.from', type: 'date' },
  { name: 'gap.to', type: 'date' },
  { name: 'gap.stream', type: 'keyword' },
  { name: 'gap.reason', type: 'keyword' },
  { name: 'evidence.oomKilled', type: 'keyword' },
  { name: 'evidence.restartCount', type: 'number' },
  { name: 'evidence.exitCode', type: 'number' },
  { name: 'evidence.error', type: 'text' },
  { name: 'evidence.memoryLimitBytes', type: 'number', unit: 'bytes' },
  { name: 'evidence.stopSignal', type: 'number' },
  { name: 'evidence.stopTimeoutSeconds', type: 'number' },
  { name: 'evidence.startedAt', type: 'date' },
  { name: 'evidence.finishedAt', type: 'date' },
  { name: 'death.class', type: 'keyword' },
  { name: 'death.cause', type: 'text' },
];

const byName = new Map(FIELDS.map(field => [field.name, field]));
const byAlias = new Map(FIELDS.flatMap(field => (field.aliases ?? []).map(alias => [alias, field.name])));
const roots = new Set(['app', ...FIELDS.map(field => field.name.replace(/\..*/, ''))]);

/** The canonical name of what people write. A name that is neither known nor below an ECS root is the application's. */
export function canonicalField(name: string): string {
  const known = byAlias.get(name);
  if (known !== undefined) return known;
  if (byName.has(name) || name.startsWith('*') || name === 'app') return name;
  if (/^labels?\./.test(name)) return `container.${name.replace(/^labels?/, 'labels')}`;
  const dot = name.indexOf('.');
  return dot > 0 && roots.has(name.slice(0, dot)) ? name : `app.${name}`;
}

/** The table's entry of a canonical name; fields of the application and labels are keywords (their numbers are numbers). */
export function fieldOf(name: string): Field {
  return byName.get(name) ?? { name, type: 'keyword' };
}

/** The table for people, one alias each. */
export function listFields(): FieldList['fields'] {
  return FIELDS.map(({ name, type, aliases }) => ({ name, type, ...(aliases && { alias: aliases[0] }) }));
}

/** The levels that a range over `log.level` takes in, by severity; none when `value` is no level. */
export function levelsInRange(operator: RangeOperator, value: string): Level[] {
  const rank = (LEVELS as readonly string[]).indexOf(value);
  if (rank === -1) return [];
  const accepts = {
    '<': (other: number) => other < rank,
    '<=': (other: number) => other <= rank,
    '>': (other: number) => other > rank,
    '>=': (other: number) => other >= rank,
  }[operator];
  return LEVELS.filter((_, index) => accepts(index));
}
