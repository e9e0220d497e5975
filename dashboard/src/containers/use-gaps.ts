import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../api/client.ts';

const ASK_AGAIN_MS = 30_000;
const MOST_GAPS = 1_000;

/** In how many places lines of each container are missing in the last 24 hours, by its id. */
export function useGaps(): ReadonlyMap<string, number> {
  const { data } = useQuery({
    queryKey: ['events', 'log-gap', 'now-24h'],
    queryFn: ({ signal }) => api.events({ action: 'log-gap', from: 'now-24h', limit: MOST_GAPS }, signal),
    refetchInterval: ASK_AGAIN_MS,
  });
  return useMemo(() => {
    const counts = new Map<string, number>();
    for (const { container } of data?.events ?? []) {
      counts.set(container.id, (counts.get(container.id) ?? 0) + 1);
    }
    return counts;
  }, [data]);
}
