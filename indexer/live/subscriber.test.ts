import { expect, it } from 'vitest';
import type { Push } from '#contract/live.ts';
import { createSubscriber } from './subscriber.ts';

function aSubscriber(wants: (item: unknown) => boolean = () => true) {
  const sent: { push: Push<unknown>; done: () => void }[] = [];
  const subscriber = createSubscriber({ id: 's', topic: 'records' }, wants, (_topic, push, done) =>
    sent.push({ push, done }),
  );
  return { subscriber, sent };
}

it('has at most two pushes on the way and goes on when one is acknowledged', () => {
  const { subscriber, sent } = aSubscriber();
  for (const item of ['a', 'b', 'c']) {
    subscriber.offer([item]);
    subscriber.flush();
  }
  expect(sent.map(({ push }) => push.items)).toEqual([['a'], ['b']]);
  sent[0]!.done();
  expect(sent.map(({ push }) => push.items)).toEqual([['a'], ['b'], ['c']]);
});

it('tells a slow client exactly how many it skipped', () => {
  const { subscriber, sent } = aSubscriber();
  const offer = (count: number) => subscriber.offer(Array.from({ length: count }, (_, i) => i));
  offer(1);
  subscriber.flush();
  offer(1);
  subscriber.flush();
  expect(offer(5_000)).toBe(0);
  expect(offer(1_234)).toBe(1_234);
  sent[0]!.done();
  expect(sent[2]!.push.skipped).toBe(1_234);
});

it('sends only what the subscription wants', () => {
  const { subscriber, sent } = aSubscriber(item => item === 'yes');
  subscriber.offer(['no', 'yes', 'no']);
  subscriber.flush();
  expect(sent[0]!.push).toEqual({ id: 's', items: ['yes'], skipped: 0 });
});
