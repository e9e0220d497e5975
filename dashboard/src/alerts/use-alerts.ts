import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { AlertRule, RuleInput } from '#contract/rule.ts';
import { api } from '../api/client.ts';
import { useLive } from '../api/use-live.ts';

const LISTED_AT_MOST = 500;
/** Attempts happen without an event, so deliveries are also asked for while one looks at them. */
const EVERY_MS = 5_000;
const DEAD_LETTERS_LISTED = 100;
const DEAD_LETTERS_EVERY_MS = 30_000;

export function useAlerts() {
  const client = useQueryClient();
  const again = () => void client.invalidateQueries({ queryKey: ['alerts'] });
  useLive({ topic: 'events' }, { onPush: again, onReady: again });
  return useQuery({
    queryKey: ['alerts'],
    queryFn: ({ signal }) => api.alerts({ limit: LISTED_AT_MOST }, signal),
    refetchInterval: EVERY_MS,
  });
}

export function useRules() {
  return useQuery({ queryKey: ['rules'], queryFn: ({ signal }) => api.rules(signal) });
}

export function useDeliveries() {
  return useQuery({
    queryKey: ['deliveries'],
    queryFn: ({ signal }) => api.deliveries({ limit: LISTED_AT_MOST }, signal),
    refetchInterval: EVERY_MS,
  });
}

/** Seldom: there are none unless somebody's own mapping or limit refuses what we write. */
export function useDeadLetters() {
  return useQuery({
    queryKey: ['dead-letters'],
    queryFn: ({ signal }) => api.deadLetters({ limit: DEAD_LETTERS_LISTED }, signal),
    refetchInterval: DEAD_LETTERS_EVERY_MS,
  });
}

/** `undefined`: all of them. */
export function useReplayDeadLetters() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (ids: string[] | undefined) => api.replayDeadLetters(ids),
    onSettled: () => client.invalidateQueries({ queryKey: ['dead-letters'] }),
  });
}

/** Makes a rule, or replaces the one with `id`. */
export function useSaveRule(id: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: RuleInput): Promise<AlertRule> =>
      id === null ? api.createRule(input) : api.replaceRule(id, input),
    onSuccess: () => client.invalidateQueries({ queryKey: ['rules'] }),
  });
}

export function useDeleteRule() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.deleteRule(id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['rules'] }),
  });
}

export function useTestRule() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.testRule(id),
    onSettled: () => client.invalidateQueries({ queryKey: ['deliveries'] }),
  });
}

export function useReplay() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.replayDelivery(id),
    onSettled: () => client.invalidateQueries({ queryKey: ['deliveries'] }),
  });
}
