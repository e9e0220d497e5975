import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { api } from '../api/client.ts';
import { useLive } from '../api/use-live.ts';
import { createSampleHistory, type LiveReading, type SampleHistory } from './sample-history.ts';

/** The engine is asked each second only for what can be seen; a long list must not load its host. */
const WATCHED_AT_MOST = 60;

/** A history of the last 15 minutes that grows with every push, at the collector's own pace (10 s). */
export function useSampleHistory(): SampleHistory {
  const [history] = useState(createSampleHistory);
  const { data, refetch } = useQuery({
    queryKey: ['stats', 'now-15m'],
    queryFn: ({ signal }) => api.stats({ from: 'now-15m' }, signal),
    gcTime: 0,
  });
  useEffect(() => {
    if (data) history.push(data.samples);
  }, [data, history]);
  useLive(
    { topic: 'samples' },
    { onPush: ({ items }) => history.push(items), onReady: () => void refetch() },
  );
  return history;
}

/** Has the first of these containers sampled each second while the page is open. */
export function useWatch(history: SampleHistory, containerIds: readonly string[]): void {
  // In the order of ids: a table that only changes its order is the same subscription.
  const watched = containerIds.slice(0, WATCHED_AT_MOST).sort();
  useLive({ topic: 'samples', containers: watched }, { onPush: ({ items }) => history.push(items) });
}

/** One container's newest reading; renders again only when that changes. */
export function useReading(history: SampleHistory, containerId: string): LiveReading | undefined {
  const read = useCallback(() => history.read(containerId), [history, containerId]);
  return useSyncExternalStore(history.subscribe, read);
}
