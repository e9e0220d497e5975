import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Container } from '#contract/container.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import { api } from '../api/client.ts';
import { useLive } from '../api/use-live.ts';
import { useSettled } from '../ui/use-settled.ts';
import { createSampleHistory, type LiveReading, type SampleHistory } from './sample-history.ts';

/** More rows than this do not fit a screen; whatever happens, the engine is not asked for more each second. */
const WATCHED_AT_MOST = 60;
/** While one scrolls, nobody is asked about what flies past. */
const SETTLE_MS = 300;

/** A history that grows with every push, at the collector's own pace (10 s), from the newest sample of each container on. */
export function useSampleHistory(containers: readonly Container[]): SampleHistory {
  const [history] = useState(createSampleHistory);
  useEffect(() => history.push(containers.flatMap(newestSample)), [containers, history]);
  useLive({ topic: 'samples' }, { onPush: ({ items }) => history.push(items) });
  return history;
}

function newestSample({ id, name, host, hostId, sample, sampledAt }: Container): MetricSample[] {
  if (sample === null || sampledAt === null) return [];
  return [{ '@timestamp': sampledAt, container: { id, name }, host: { id: hostId, name: host }, ...sample }];
}

/** Reads the last 15 minutes of the containers in sight, once and after each reconnect, and has them sampled each second. */
export function useWatch(history: SampleHistory, inSight: readonly string[]): void {
  // In the order of ids: a table that only changes its order asks nothing anew.
  const settled = useSettled(inSight.slice(0, WATCHED_AT_MOST).sort().join(' '), SETTLE_MS);
  const watched = useMemo(() => settled.split(' ').filter(Boolean), [settled]);
  const read = useRef(new Set<string>());
  const readUnread = useCallback(() => {
    for (const id of watched.filter(one => !read.current.has(one))) {
      read.current.add(id);
      api.stats({ container: id, from: 'now-15m' }).then(
        ({ samples }) => history.push(samples),
        // Its sparkline begins now instead; the next reconnect reads again.
        () => read.current.delete(id),
      );
    }
  }, [watched, history]);
  useLive(
    { topic: 'samples', containers: watched },
    {
      onPush: ({ items }) => history.push(items),
      onReady: () => {
        // What came while the connection was lost is read again with the rest.
        read.current.clear();
        readUnread();
      },
    },
  );
}

/** One container's newest reading; renders again only when that changes. */
export function useReading(history: SampleHistory, containerId: string): LiveReading | undefined {
  const read = useCallback(() => history.read(containerId), [history, containerId]);
  return useSyncExternalStore(history.subscribe, read);
}
