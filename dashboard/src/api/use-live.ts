import { useEffect, useRef } from 'react';
import type { Subscription } from '#contract/live.ts';
import type { Topic } from '#contract/live.ts';
import { live } from './live.ts';
import type { LiveHandlers } from './live-socket.ts';

type Options<K extends Topic> = { topic: K; containers?: readonly string[] };

/**
 * Subscribes while the component is mounted; a change of `containers` (by content) subscribes anew.
 * `onReady` comes at the start and after each reconnect: the moment to read what came in between.
 */
export function useLive<K extends Topic>(options: Options<K>, handlers: LiveHandlers<K>): void {
  const newest = useRef(handlers);
  useEffect(() => {
    newest.current = handlers;
  });
  const { topic } = options;
  const ids = options.containers?.join(' ');
  useEffect(() => {
    const subscription: Omit<Subscription, 'id' | 'topic'> & { topic: K } = { topic };
    if (ids !== undefined) subscription.containers = ids.split(' ').filter(Boolean);
    return live().subscribe(subscription, {
      onPush: push => newest.current.onPush(push),
      onReady: () => newest.current.onReady?.(),
      onError: error => newest.current.onError?.(error),
    });
  }, [topic, ids]);
}
