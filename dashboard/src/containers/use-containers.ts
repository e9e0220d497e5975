import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ContainerList } from '#contract/container.ts';
import { api } from '../api/client.ts';
import { useLive } from '../api/use-live.ts';
import { mergeContainers } from './merge-containers.ts';

const KEY = ['containers'];

/** The inventory, kept fresh: pushes are merged in, and a lost connection is made good by reading again. */
export function useContainers() {
  const client = useQueryClient();
  const query = useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.containers(signal) });
  useLive(
    { topic: 'containers' },
    {
      onPush: ({ items, skipped }) => {
        client.setQueryData<ContainerList>(KEY, list => list && mergeContainers(list, items));
        if (skipped > 0) void client.invalidateQueries({ queryKey: KEY });
      },
      onReady: () => void client.invalidateQueries({ queryKey: KEY }),
    },
  );
  return query;
}
