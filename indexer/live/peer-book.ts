/**
 * What is known of the other indexers, and by their numbers what of theirs did not come. Every indexer numbers the items of a topic
 * from its start on, sent or not; so whoever follows the topic sees from the next message, or the next beat, how many it missed.
 * Pure, so that the counting can be proved.
 */
import { SHARED_TOPICS, type Beat, type SharedTopic } from './peer-messages.ts';

export type Missed = { topic: SharedTopic; count: number };

type Peer = {
  heardMs: number;
  isAway: boolean;
  totals: Readonly<Record<SharedTopic, number>> | null;
  wants: ReadonlySet<SharedTopic>;
  watched: readonly string[];
  /** The number of the next item, of topics that are followed here. */
  next: Map<SharedTopic, number>;
};

const NOTHING_KNOWN = { totals: null, wants: new Set<SharedTopic>(), watched: [] };

/** Indexers that were away, remembered in case they come back: most never do, for each start is another. */
const MAX_AWAY = 50;

/** `nowMs`: of a clock that does not jump. */
export class PeerBook {
  private readonly peers = new Map<string, Peer>();

  /** Of those that are heard. */
  get ids(): string[] {
    return this.present().map(([id]) => id);
  }

  private present(): [id: string, peer: Peer][] {
    return [...this.peers].filter(([, { isAway }]) => !isAway);
  }

  /** What somebody follows elsewhere. */
  isWanted(topic: SharedTopic): boolean {
    return [...this.peers.values()].some(({ wants }) => wants.has(topic));
  }

  watched(): string[] {
    return [...this.peers.values()].flatMap(({ watched }) => watched);
  }

  /** Answers whether it was not there. */
  hear(id: string, nowMs: number): boolean {
    const known = this.peers.get(id);
    const isNew = known?.isAway ?? true;
    if (known) Object.assign(known, { heardMs: nowMs, isAway: false });
    else this.peers.set(id, { ...NOTHING_KNOWN, heardMs: nowMs, isAway: false, next: new Map() });
    return isNew;
  }

  noteWant(id: string, topic: SharedTopic): void {
    const peer = this.peers.get(id);
    if (peer) peer.wants = new Set([...peer.wants, topic]);
  }

  /** `followed`: topics that somebody follows here. Answers what did not come. */
  noteBeat({ from, totals, wants, sends, watched }: Beat, followed: ReadonlySet<SharedTopic>): Missed[] {
    const peer = this.peers.get(from);
    if (!peer) return [];
    peer.wants = new Set(wants);
    peer.watched = watched;
    peer.totals = totals;
    return SHARED_TOPICS.flatMap(topic => {
      const next = peer.next.get(topic);
      if (!followed.has(topic)) peer.next.delete(topic);
      else if (next !== undefined || sends.includes(topic)) peer.next.set(topic, totals[topic]);
      const count = followed.has(topic) && next !== undefined ? totals[topic] - next : 0;
      return count > 0 ? [{ topic, count }] : [];
    });
  }

  /** From now on its items come, the first of them with this number. */
  noteTold(id: string, topic: SharedTopic, total: number): void {
    const peer = this.peers.get(id);
    if (peer && !peer.next.has(topic)) peer.next.set(topic, total);
  }

  /** Somebody begins to follow while nothing comes from others: all they have had since their last beat will have been missed. */
  noteFollowedAlone(topic: SharedTopic): void {
    for (const { next, totals } of this.peers.values())
      if (totals && !next.has(topic)) next.set(topic, totals[topic]);
  }

  /** Of items that came, those that are new; and how many before them did not come. */
  take<T>(
    id: string,
    topic: SharedTopic,
    { first, items }: { first: number; items: T[] },
  ): { fresh: T[]; missed: number } {
    const next = this.peers.get(id)?.next;
    const expected = next?.get(topic) ?? first;
    next?.set(topic, Math.max(expected, first + items.length));
    return { fresh: items.slice(Math.max(0, expected - first)), missed: Math.max(0, first - expected) };
  }

  forget(id: string): void {
    this.peers.delete(id);
  }

  /**
   * Those not heard since are away: killed, or cut off. Should one be heard again, what it stored meanwhile did not come.
   * Answers whether there are any new ones.
   */
  noteSilent(sinceMs: number): boolean {
    const silent = this.present().filter(([, { heardMs }]) => heardMs < sinceMs);
    for (const [, peer] of silent)
      Object.assign(peer, { ...NOTHING_KNOWN, totals: peer.totals, isAway: true });
    const away = [...this.peers].filter(([, { isAway }]) => isAway);
    for (const [id] of away.slice(0, -MAX_AWAY)) this.forget(id);
    return silent.length > 0;
  }

  /** Nobody could be heard until now. */
  excuseSilence(nowMs: number): void {
    for (const peer of this.peers.values()) peer.heardMs = nowMs;
  }
}
