/** One subscription of one socket: filter → outbox → at most two pushes on the way. */
import type { Push, Subscription, Topic } from '#contract/live.ts';
import { createOutbox } from './outbox.ts';

const WAITING_LIMIT = 5_000;
const PUSH_LIMIT = 1_000;
const PUSHES_ON_THE_WAY = 2;

export type Send = (topic: Topic, push: Push<unknown>, done: () => void) => void;

export type Subscriber = {
  subscription: Subscription;
  /** Answers how many items had to be skipped. */
  offer: (items: readonly unknown[]) => number;
  /** So many of its topic did not come here: they are told as skipped. */
  miss: (items: number) => void;
  flush: () => void;
};

export function createSubscriber(
  subscription: Subscription,
  wants: (item: unknown) => boolean,
  send: Send,
): Subscriber {
  const outbox = createOutbox<unknown>(WAITING_LIMIT);
  let onTheWay = 0;

  function flush(): void {
    while (onTheWay < PUSHES_ON_THE_WAY) {
      const next = outbox.take(PUSH_LIMIT);
      if (!next) return;
      onTheWay += 1;
      send(subscription.topic, { id: subscription.id, ...next }, () => {
        onTheWay -= 1;
        flush();
      });
    }
  }

  return {
    subscription,
    offer: items => outbox.add(items.filter(wants)),
    miss: outbox.miss,
    flush,
  };
}
