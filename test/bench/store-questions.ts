/** Questions to a store of varied records, and how long each takes. */
import { performance } from 'node:perf_hooks';
import type { QueryNode, Value } from '#indexer/query/query-tree.ts';
import type { LogStore, Selection, TimeRange } from '#indexer/store/log-store.ts';
import { percentiles, type Row } from './row.ts';
import { COMMON_WORD, RARE_PART, RARE_WORD } from './varied-records.ts';

const ROUNDS = 40;
/** Those that read all texts, or all fields. */
const SLOW_ROUNDS = 20;

const is = (field: string, value: Value): QueryNode => ({ type: 'is', field, value });
const word = (text: string): QueryNode => is('message', { kind: 'word', text });
const level = (text: string): QueryNode => is('log.level', { kind: 'word', text });
const ALL: QueryNode = { type: 'all' };
const MIXED: QueryNode = {
  type: 'and',
  nodes: [is('container.name', { kind: 'wildcard', pattern: 'shop-api*' }), level('error'), word('order')],
};

export type Span = { startMs: number; endMs: number };
type Question = { what: string; rounds?: number; ask: (store: LogStore) => Promise<unknown> };

/** `span`: of all records; the name of a bar stands with its question. */
export async function benchQuestions(store: LogStore, span: Span): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { what, rounds = ROUNDS, ask } of questionsOver(span)) {
    const before = process.cpuUsage();
    const waits: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now();
      await ask(store);
      waits.push(performance.now() - startedAt);
    }
    const { user, system } = process.cpuUsage(before);
    const { p50, p95 } = percentiles(waits);
    const [first = 0] = waits;
    const cpu = ((user + system) / 1_000 / rounds).toFixed(1);
    rows.push({
      what,
      value: `first ${first.toFixed(1)} ms, p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, CPU ${cpu} ms`,
    });
  }
  return rows;
}

function questionsOver({ startMs, endMs }: Span): Question[] {
  const range = rangeOf(startMs, endMs + 3_600_000);
  const day = rangeOf(endMs - 86_400_000, endMs + 3_600_000);
  const quarter = rangeOf(endMs - 897_000, endMs + 3_000);
  const newest = (what: string, query: QueryNode, rounds = ROUNDS): Question => ({
    what: `newest 100 ${what}`,
    rounds,
    ask: store => store.findRecords({ ...range, query, order: 'desc', limit: 100, countUpTo: 10_000 }),
  });
  const bars = (what: string, query: QueryNode, within = range): Question => ({
    what: `histogram ${what}`,
    ask: store => store.histogram({ ...within, query, buckets: 90 }),
  });
  const values = (what: string, field: string, of: Partial<Selection> = {}): Question => ({
    what: `facet ${what}`,
    rounds: field.startsWith('app.') ? SLOW_ROUNDS : ROUNDS,
    ask: store => store.facets({ ...range, query: ALL, ...of, field, limit: 10 }),
  });
  return [
    newest('', ALL),
    newest('of a common word', word(COMMON_WORD)),
    newest('of a rare word', word(RARE_WORD)),
    newest('of container, level and word', MIXED),
    newest('of a phrase', is('message', { kind: 'phrase', text: 'duration: 77' }), SLOW_ROUNDS),
    newest('of a field of the application', is('app.user', { kind: 'word', text: 'u4242' }), SLOW_ROUNDS),
    newest(
      'of a rare part of a word, over all',
      is('message', { kind: 'wildcard', pattern: `*${RARE_PART}*` }),
      SLOW_ROUNDS,
    ),
    bars('of all', ALL),
    bars('of a quarter of an hour', ALL, quarter),
    bars('of one level', level('error')),
    bars('with a common word', word(COMMON_WORD)),
    bars('of a day with a common word', word(COMMON_WORD), day),
    values('of containers', 'container.name'),
    values('of levels with a common word', 'log.level', { query: word(COMMON_WORD) }),
    values('of a field of the application, a day', 'app.user', day),
  ];
}

function rangeOf(fromMs: number, toMs: number): TimeRange {
  const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}000000Z`;
  return { from: stamp(fromMs), to: stamp(toMs) };
}
