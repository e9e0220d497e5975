/** A delivery that shows what a rule would send, through the real outbox to the real receivers. */
import { randomUUID } from 'node:crypto';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { WebhookPayload } from '#contract/rule.ts';
import { createDelivery, type StoredDelivery } from './dispatch.ts';
import type { Rule } from './rule.ts';

const MIB = 1024 ** 2;

/** One for each notifier. Throws `not_found` without a rule, `bad_rule` when it has none. */
export function sampleDeliveries(
  rule: Rule | undefined,
  { now, publicUrl }: { now: Date; publicUrl: string },
): StoredDelivery[] {
  if (!rule) throw new QuaylogError('not_found', 'There is no rule with this id.');
  if (rule.notify.length === 0)
    throw new QuaylogError('bad_rule', '`notify` is empty: nobody would be told.');
  const alertId = `${now.toISOString().replace(/\D/g, '').padEnd(23, '0')}-test-${randomUUID().slice(0, 8)}`;
  const payload = samplePayload(rule, now, publicUrl);
  return rule.notify.map((target, place) => ({
    delivery: createDelivery({ id: `${alertId}-${place}`, alertId, ruleName: rule.name }, target, now),
    target,
    payload,
  }));
}

function samplePayload(rule: Rule, now: Date, publicUrl: string): WebhookPayload {
  return {
    type: 'container.test',
    timestamp: now.toISOString(),
    data: {
      container: { id: '0'.repeat(64), name: 'example', image: 'example:latest' },
      host: 'example',
      exitCode: 137,
      class: 'oom',
      restartCount: 0,
      lastLines: ['This is a test of the rule; nothing happened.'],
      url: `${publicUrl}/alerts`,
      rule: rule.name,
      severity: rule.severity,
      cause: 'A test: killed by the kernel, memory reached its 24 MiB limit. Exit 137.',
      memoryLimitBytes: 24 * MIB,
      memory: [[now.toISOString(), 24 * MIB]],
    },
  };
}
