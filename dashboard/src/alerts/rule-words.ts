/** Rules and deliveries in words for people. */
import type { AlertRule, Delivery, RuleMatch } from '#contract/rule.ts';
import { deathInWords } from '../containers/container-state.ts';

/** What a rule waits for, without the query that narrows it: `a container dies: crashed or failed to start`. */
export function matchInWords(match: RuleMatch): string {
  switch (match.action) {
    case 'oom':
      return 'a container runs out of memory';
    case 'health_status':
      return match.health === undefined
        ? 'the health of a container changes'
        : `a container becomes ${match.health}`;
    case 'die':
      return match.class === undefined
        ? 'a container dies, whatever the cause'
        : `a container dies: ${joinWords(match.class.map(deathInWords))}`;
  }
}

export function joinWords(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

export const ORIGIN_WORDS: Record<AlertRule['origin'], { word: string; why: string }> = {
  default: {
    word: 'default',
    why: 'Built in; it tells QUAYLOG_WEBHOOK_URL. Make a rule of your own to differ.',
  },
  file: { word: 'file', why: 'Comes from the rules file: change it there, then restart the indexer.' },
  api: { word: 'yours', why: 'Made here or through the API.' },
};

/** Rules one can do something about first: own ones, then the file's, then the built-in ones; each by name. */
export function orderRules(rules: readonly AlertRule[]): AlertRule[] {
  const order: AlertRule['origin'][] = ['api', 'file', 'default'];
  return [...rules].sort(
    (left, right) =>
      order.indexOf(left.origin) - order.indexOf(right.origin) || left.name.localeCompare(right.name),
  );
}

export type DeliveryTone = 'ok' | 'warn' | 'error';

/** `delivered on attempt 2`, `attempt 3 next`, `failed after 9 attempts`. */
export function deliveryInWords(delivery: Pick<Delivery, 'status' | 'attempts'>): {
  text: string;
  tone: DeliveryTone;
} {
  const count = delivery.attempts.length;
  switch (delivery.status) {
    case 'delivered':
      return { text: count > 1 ? `delivered on attempt ${count}` : 'delivered', tone: 'ok' };
    case 'failed':
      return { text: `failed after ${count} ${count === 1 ? 'attempt' : 'attempts'}`, tone: 'error' };
    case 'pending':
      return count === 0
        ? { text: 'waiting for its first attempt', tone: 'warn' }
        : { text: `attempt ${count + 1} to come`, tone: 'warn' };
  }
}

type Attempt = Delivery['attempts'][number];

/** The target took it: any 2xx. */
export function isGoodAttempt(attempt: Attempt): boolean {
  return attempt.statusCode !== null && attempt.statusCode >= 200 && attempt.statusCode < 300;
}

/** The status code when the target answered, else what went wrong. */
export function attemptInWords(attempt: Attempt): string {
  if (attempt.statusCode === null) return attempt.outcome;
  return isGoodAttempt(attempt) || attempt.outcome.includes(String(attempt.statusCode))
    ? String(attempt.statusCode)
    : `${attempt.statusCode} ${attempt.outcome}`;
}
