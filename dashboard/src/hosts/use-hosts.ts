import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { HostList, HostStatus } from '#contract/batch.ts';
import { api } from '../api/client.ts';
import { useLive } from '../api/use-live.ts';
import { silentHosts, type SilentHosts } from './host-words.ts';

const KEY = ['hosts'];
const NO_HOSTS: HostStatus[] = [];

/** Every host, by name; kept fresh by pushes. Empty until they are known. */
export function useHosts(): readonly HostStatus[] {
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.hosts(signal) });
  useLive(
    { topic: 'hosts' },
    {
      onPush: ({ items }) =>
        client.setQueryData<HostList>(KEY, list => list && { hosts: merged(list.hosts, items) }),
      onReady: () => void client.invalidateQueries({ queryKey: KEY }),
    },
  );
  return data?.hosts ?? NO_HOSTS;
}

/** Since when each silent host is silent, by its id. */
export function useSilentHosts(): SilentHosts {
  const hosts = useHosts();
  return useMemo(() => silentHosts(hosts), [hosts]);
}

/** A push may hold a host several times: the last word counts. */
function merged(known: readonly HostStatus[], pushed: readonly HostStatus[]): HostStatus[] {
  const byId = new Map([...known, ...pushed].map(host => [host.id, host]));
  return [...byId.values()].sort((left, right) => left.name.localeCompare(right.name));
}
