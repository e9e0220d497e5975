/** What the story panel decides before it draws. The cause itself comes from the indexer, word for word. */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { Story } from '#contract/query.ts';
import type { Delivery } from '#contract/rule.ts';
import { gravity, type Mark } from './timeline-layout.ts';

type Span = { fromMs: number; toMs: number };

/** The stretch of time that memory curve and state strip share: all samples, and the event within it. */
export function spanOf(story: Pick<Story, 'event' | 'samples'>): Span {
  const at = Date.parse(story.event['@timestamp']);
  const stamps = story.samples.map(sample => Date.parse(sample['@timestamp'])).filter(Number.isFinite);
  const fromMs = Math.min(at - 60_000, ...stamps);
  const toMs = Math.max(at + 30_000, ...stamps);
  return { fromMs, toMs };
}

/** When runs ended within the story: there the curve breaks. */
export function runEnds(events: readonly ContainerEvent[]): number[] {
  return events
    .filter(({ event }) => event.action === 'die')
    .map(event => Date.parse(event['@timestamp']))
    .filter(Number.isFinite);
}

/** Deliveries come as unknown in a story: what does not look like one is left out rather than drawn wrongly. */
export function deliveriesOf(story: Pick<Story, 'deliveries'>): Delivery[] {
  return story.deliveries.filter(isDelivery);
}

function isDelivery(value: unknown): value is Delivery {
  if (typeof value !== 'object' || value === null) return false;
  const { id, target, status, attempts } = value as Partial<Delivery>;
  return (
    typeof id === 'string' &&
    typeof target === 'string' &&
    typeof status === 'string' &&
    Array.isArray(attempts)
  );
}

/** `third` such death reads better than a bare figure; nothing to say of the first. */
export function sameDeathInWords(count: number): string | null {
  return count > 1 ? `Same death ${count} times in 24 hours` : null;
}

/** The grave marks before and after an event in its row: what p and n go to. */
export function neighbours(
  marks: readonly Mark[],
  eventId: string,
): { previous: Mark | null; next: Mark | null } {
  const sorted = [...marks].sort((left, right) => Date.parse(left.at) - Date.parse(right.at));
  const at = sorted.findIndex(mark => mark.eventId === eventId);
  if (at < 0) return { previous: null, next: null };
  const isTold = (mark: Mark) => gravity(mark) <= 6 && mark.kind !== 'oom';
  return {
    previous: sorted.slice(0, at).findLast(isTold) ?? null,
    next: sorted.slice(at + 1).find(isTold) ?? null,
  };
}
