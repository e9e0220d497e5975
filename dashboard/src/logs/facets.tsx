import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type CSSProperties, type MouseEvent } from 'react';
import type { Facets as FacetValues } from '#contract/query.ts';
import { api } from '../api/client.ts';
import { classNames } from '../ui/class-names.ts';
import { formatNumber } from '../ui/format.ts';
import { Skeleton } from '../ui/progress.tsx';
import { stripeOf } from './container-stripe.ts';
import styles from './facets.module.css';
import type { Question } from './log-session.ts';
import type { LogsState } from './logs-url.ts';
import { clauseState, toggleClause } from './query-text.ts';
import { StyledSpans } from './styled-spans.tsx';
import { rawSpans } from './styled-text.ts';

type FacetsProps = {
  state: LogsState;
  /** What the counts are of: the question whose rows are on screen. */
  asked: Question;
  /** How often to ask again; false when nothing new is expected. */
  refetchMs: number | false;
  isStale: boolean;
  onChange: (change: Partial<LogsState>) => void;
};

const STANDARD = ['level', 'container', 'project', 'service', 'stream', 'host'];
const FEW = 6;
const MOST_SHOWN = 200;
const MANY = 50;

/** Values of fields with their counts: a click asks for one, Alt or Shift and a click, or the −, excludes it. */
export function Facets({ state, asked, refetchMs, isStale, onChange }: FacetsProps) {
  const fields = [...STANDARD, ...state.fields.filter(field => !STANDARD.includes(field))];
  return (
    <nav className={classNames(styles.panel, isStale && styles.stale)} aria-label="Facets">
      {fields.map(field => (
        <Facet
          key={field}
          field={field}
          state={state}
          asked={asked}
          refetchMs={refetchMs}
          onChange={onChange}
        />
      ))}
      <AddFacet onAdd={field => onChange({ fields: [...new Set([...state.fields, field])] })} />
    </nav>
  );
}

type FacetProps = Omit<FacetsProps, 'isStale'> & { field: string };

function Facet({ field, state, asked, refetchMs, onChange }: FacetProps) {
  const { q, from, to } = asked;
  const isFolded = state.folded.includes(field);
  const [limit, setLimit] = useState(field === 'level' ? SEVERITY.length : FEW);
  const query = useQuery({
    queryKey: ['facets', { q, from, to, field, limit }],
    queryFn: ({ signal }) => api.facets({ q, from, to, field, limit }, signal),
    enabled: !isFolded,
    placeholderData: keepPreviousData,
    refetchInterval: refetchMs,
  });
  const isOwn = !STANDARD.includes(field);
  // A standard facet that no line has (no compose project, say) takes no room.
  if (query.data?.values.length === 0 && !isOwn) return null;
  const toggle = (name: keyof Pick<LogsState, 'folded' | 'fields'>) =>
    onChange({
      [name]: state[name].includes(field) ? state[name].filter(f => f !== field) : [...state[name], field],
    });
  return (
    <section>
      <div className={styles.headLine}>
        <button
          type="button"
          className={styles.head}
          aria-expanded={!isFolded}
          onClick={() => toggle('folded')}
        >
          {isFolded ? '▸' : '▾'} {isOwn ? field : field.toUpperCase()}
        </button>
        {isOwn && (
          <button type="button" aria-label={`Remove facet ${field}`} onClick={() => toggle('fields')}>
            ×
          </button>
        )}
      </div>
      {!isFolded && query.isPending && <Skeleton lines={3} />}
      {!isFolded && query.isError && !query.data && (
        <p className={styles.quiet}>
          Not available. <button onClick={() => void query.refetch()}>Retry</button>
        </p>
      )}
      {!isFolded && query.data && (
        <Values
          facet={query.data}
          field={field}
          q={state.q}
          limit={limit}
          onMore={() => setLimit(limit === FEW ? MANY : FEW)}
          onQuery={next => onChange({ q: next })}
        />
      )}
    </section>
  );
}

type ValuesProps = {
  facet: FacetValues;
  field: string;
  q: string;
  limit: number;
  onMore: () => void;
  onQuery: (q: string) => void;
};

function Values({ facet, field, q, limit, onMore, onQuery }: ValuesProps) {
  return (
    <>
      <ul>
        {ordered(field, facet).map(({ value, count }) => {
          const state = clauseState(q, { field, value });
          const choose = (isExcluded: boolean) => onQuery(toggleClause(q, { field, value, isExcluded }));
          return (
            <li key={value} className={classNames(styles.value, state && styles[state])}>
              <button
                type="button"
                className={styles.include}
                title={`${value}\nClick: only these. Shift-click: without these.`}
                aria-pressed={state === 'included'}
                onClick={(event: MouseEvent) => choose(event.altKey || event.shiftKey)}
              >
                <Swatch field={field} value={value} />
                <span className={styles.text}>
                  {value === '' ? '(empty)' : <StyledSpans spans={rawSpans(value.slice(0, MOST_SHOWN))} />}
                </span>
              </button>
              <span className={styles.count}>{formatNumber(count)}</span>
              <button
                type="button"
                className={styles.exclude}
                aria-label={`Without ${value}`}
                title="Without these"
                aria-pressed={state === 'excluded'}
                onClick={() => choose(true)}
              >
                −
              </button>
            </li>
          );
        })}
        {facet.values.length === 0 && <li className={styles.quiet}>No line has this field</li>}
      </ul>
      {field !== 'level' && (facet.values.length >= limit || limit === MANY) && facet.values.length > 0 && (
        <button type="button" className={styles.more} onClick={onMore}>
          {limit === FEW ? 'more…' : 'fewer'}
        </button>
      )}
    </>
  );
}

const SEVERITY = ['fatal', 'error', 'warn', 'notice', 'info', 'debug', 'trace'];

/** Levels stand by severity, so that each keeps its place; everything else by count. */
const ordered = (field: string, { values }: FacetValues): FacetValues['values'] =>
  field === 'level'
    ? values.toSorted((a, b) => SEVERITY.indexOf(a.value) - SEVERITY.indexOf(b.value))
    : values;

function Swatch({ field, value }: { field: string; value: string }) {
  const color = field === 'level' ? `var(--${value})` : field === 'container' ? stripeOf(value) : undefined;
  return color === undefined ? null : (
    <span className={styles.swatch} style={{ '--swatch': color } as CSSProperties} />
  );
}

/** Any other field, with those the indexer knows as suggestions. */
function AddFacet({ onAdd }: { onAdd: (field: string) => void }) {
  const [text, setText] = useState('');
  const [isAsked, setIsAsked] = useState(false);
  const { data } = useQuery({
    queryKey: ['fields'],
    queryFn: ({ signal }) => api.fields(signal),
    enabled: isAsked,
    staleTime: 60_000,
  });
  const add = (field: string) => {
    if (field.trim() === '') return;
    onAdd(field.trim());
    setText('');
  };
  return (
    <>
      <input
        className={styles.add}
        list="facet-fields"
        placeholder="Add a field…"
        aria-label="Add a facet for a field"
        value={text}
        onFocus={() => setIsAsked(true)}
        onChange={event => {
          const { value } = event.target;
          // Chosen from the list, not typed: then there is nothing more to come.
          const isChosen = data?.fields.some(({ name, alias }) => (alias ?? name) === value) ?? false;
          if (isChosen && !(event.nativeEvent as InputEvent).data) add(value);
          else setText(value);
        }}
        onKeyDown={event => {
          if (event.key === 'Enter') add(text);
        }}
      />
      <datalist id="facet-fields">
        {data?.fields.map(({ name, alias }) => (
          <option key={name} value={alias ?? name}>
            {alias === undefined ? '' : name}
          </option>
        ))}
      </datalist>
    </>
  );
}
