/** The registry: a new kind of notifier is one new file and one line here. */
import type { Notifier as NotifierTarget } from '#contract/rule.ts';
import type { Notifier, Post } from './notifier.ts';
import { createSlack } from './slack.ts';
import { createWebhook } from './webhook.ts';

const FACTORIES: Record<NotifierTarget['type'], (target: NotifierTarget, post: Post) => Notifier> = {
  webhook: createWebhook,
  slack: createSlack,
};

export const createNotifier = (target: NotifierTarget, post: Post): Notifier =>
  FACTORIES[target.type](target, post);
