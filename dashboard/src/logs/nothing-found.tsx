import { useQueries, useQuery } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import type { Total } from '#contract/query.ts';
import { api } from '../api/client.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { formatNumber } from '../ui/format.ts';
import { useZone } from '../ui/zone.ts';
import { actionOf } from './event-filter.ts';
import styles from './nothing-found.module.css';
import type { LogsState } from './logs-url.ts';
import { conjuncts, removeConjunct } from './query-text.ts';
import { rangeName, resolveTime } from './time-range.ts';

type NothingFoundProps = { state: LogsState; onChange: (change: Partial<LogsState>) => void };

/** Why there is nothing, and what would find something. */
export function NothingFound({ state, onChange }: NothingFoundProps) {
  return state.q === '' ? (
    <NothingWritten state={state} onChange={onChange} />
  ) : (
    <NothingMatches state={state} onChange={onChange} />
  );
}

const SUGGESTIONS = 4;
const count = ({ value, relation }: Total): string =>
  `${formatNumber(value)}${relation === 'gte' ? '+' : ''}`;

function NothingMatches({ state, onChange }: NothingFoundProps) {
  const { q, from, to } = state;
  const zone = useZone();
  const parts = conjuncts(q);
  const loosened = parts.slice(0, SUGGESTIONS).map(part => removeConjunct(q, part));
  const wider = { from: 'now-24h', to: 'now' };
  const questions = [
    { q: '', from, to },
    { q, ...wider },
    ...(parts.length > 1 ? loosened.map(text => ({ q: text, from, to })) : []),
  ];
  const [all, inADay, ...without] = useQueries({
    queries: questions.map(question => ({
      queryKey: ['count', question],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.logs({ ...question, limit: 1 }, signal).then(page => page.total),
    })),
  });
  const range = rangeName({ from, to }, zone).toLowerCase();
  return (
    <EmptyState
      title={actionOf(q) === undefined ? 'No line matches' : 'No such event, and no line matches'}
      text={
        all?.data ? `0 of ${count(all.data)} lines (${range}) match ${q}` : `Nothing matches ${q} (${range}).`
      }
    >
      {without.map(({ data }, index) =>
        data && data.value > 0 ? (
          <Button key={parts[index]} onClick={() => onChange({ q: loosened[index] ?? '' })}>
            {count(data)} without {parts[index]}
          </Button>
        ) : null,
      )}
      {inADay?.data && inADay.data.value > 0 && (
        <Button onClick={() => onChange(wider)}>{count(inADay.data)} in the last 24 hours</Button>
      )}
      <Button onClick={() => onChange({ q: '' })}>Clear the query</Button>
    </EmptyState>
  );
}

/** No query, no lines: a first run, or a quiet time. */
function NothingWritten({ state, onChange }: NothingFoundProps) {
  const zone = useZone();
  const hosts = useQuery({
    queryKey: ['hosts'],
    queryFn: ({ signal }) => api.hosts(signal),
    refetchInterval: 2_000,
  });
  const known = hosts.data?.hosts ?? [];
  const isPast = state.to !== 'now';
  if (known.length === 0 && !isPast) {
    return (
      <EmptyState
        title="Waiting for the first line…"
        text={
          <>
            No collector has reported yet. On a machine with containers run
            <Command text={`quaylog collector --indexer-url ${window.location.origin}`} />
            Lines appear here by themselves.
          </>
        }
      />
    );
  }
  const connected = known.filter(host => host.connected).map(host => host.name);
  return (
    <EmptyState
      title="Nothing was written"
      text={`No container wrote a line (${rangeName(state, zone).toLowerCase()}). ${
        connected.length > 0 ? `Connected: ${connected.join(', ')}.` : 'No collector is connected now.'
      }`}
    >
      {isShorterThanADay(state) && (
        <Button onClick={() => onChange({ from: 'now-24h', to: 'now' })}>Last 24 hours</Button>
      )}
    </EmptyState>
  );
}

const Command = ({ text }: { text: string }) => (
  <span className={styles.command}>
    <code>{text}</code>
    <Button quiet label="Copy" onClick={() => void navigator.clipboard.writeText(text)}>
      <Copy size={13} />
    </Button>
  </span>
);

function isShorterThanADay({ from }: LogsState): boolean {
  const now = Date.now();
  return now - (resolveTime(from, now) ?? now) < 86_400_000;
}
