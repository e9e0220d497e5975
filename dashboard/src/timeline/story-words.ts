/** What the story panel decides before it draws. The cause itself comes from the indexer, word for word. */
import type { Story } from '#contract/query.ts';
import type { Delivery } from '#contract/rule.ts';
import { isDeath, type Mark } from './timeline-layout.ts';

type Span = { fromMs: number; toMs: number };

/** The stretch of time that memory curve and state strip share: all samples, and the event within it. */
export function spanOf(story: Pick<Story, 'event' | 'samples'>): Span {
  const at = Date.parse(story.event['@timestamp']);
  const stamps = story.samples.map(sample => Date.parse(sample['@timestamp'])).filter(Number.isFinite);
  const fromMs = Math.min(at - 60_000, ...stamps);
  const toMs = Math.max(at + 30_000, ...stamps);
  return { fromMs, toMs };
}

/** When runs ended: there the curve breaks. */
export function runEnds(marks: readonly Mark[]): number[] {
  return marks
    .filter(isDeath)
    .map(mark => Date.parse(mark.at))
    .filter(Number.isFinite);
}

/** `137 = SIGKILL …` says the code itself; another meaning stands after it. */
export function exitInWords(code: number, meaning: string | undefined): string {
  if (meaning === undefined) return String(code);
  return meaning.startsWith(`${code} `) ? meaning : `${code}: ${meaning}`;
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

/** How often the same came before; nothing to say of the first time. */
export function sameBeforeInWords({
  event,
  sameInLast24h: count,
}: Pick<Story, 'event' | 'sameInLast24h'>): string | null {
  if (count === 0) return null;
  const what = event.event.action === 'die' ? 'same death' : 'same event';
  return `${what} ${count === 1 ? 'once' : `${count} times`} in the 24 hours before`;
}

/** The deaths and other troubles before and after an event in its row: what p and n go to. */
export function neighbours(
  marks: readonly Mark[],
  eventId: string,
): { previous: Mark | null; next: Mark | null } {
  const sorted = [...marks].sort((left, right) => Date.parse(left.at) - Date.parse(right.at));
  const at = sorted.findIndex(mark => mark.eventId === eventId);
  if (at < 0) return { previous: null, next: null };
  const isTold = (mark: Mark) => isDeath(mark) || mark.kind === 'unhealthy' || mark.kind === 'gap';
  return {
    previous: sorted.slice(0, at).findLast(isTold) ?? null,
    next: sorted.slice(at + 1).find(isTold) ?? null,
  };
}
