import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { api } from '../api/client.ts';
import { EventDrawer, RecordDrawer } from './drawer.tsx';
import type { LogSession } from './log-session.ts';
import type { LogsState } from './logs-url.ts';

type SelectedDrawerProps = {
  session: LogSession;
  state: LogsState;
  change: (change: Partial<LogsState>) => void;
  onMove: (by: number) => void;
};

/** The drawer for the selected row; a line that is not among the rows (a link from elsewhere) is asked for by its id. */
export function SelectedDrawer({ session, state, change, onMove }: SelectedDrawerProps) {
  const { buffer } = session;
  const { line, detail } = state;
  const row = useSyncExternalStore(buffer.subscribe, () => {
    const index = line === null ? -1 : buffer.indexOf(line);
    return index === -1 ? undefined : buffer.at(index);
  });
  const isMissing = line !== null && detail !== null && !row && session.state().phase === 'ready';
  const { data } = useQuery({
    queryKey: ['context', line, 0],
    queryFn: ({ signal }) => api.context(line ?? '', { before: 0, after: 0 }, signal),
    enabled: isMissing,
    retry: false,
  });
  if (line === null || detail === null) return null;
  const common = {
    tab: detail,
    q: state.q,
    onTab: (tab: typeof detail) => change({ detail: tab }),
    onQuery: (q: string) => change({ q }),
    onMove,
    onClose: () => change({ detail: null }),
  };
  if (row?.kind === 'event')
    return <EventDrawer event={row.event} events={session.state().events} {...common} />;
  const record = row?.kind === 'record' ? row.record : data?.record;
  return record ? <RecordDrawer record={record} {...common} /> : null;
}
