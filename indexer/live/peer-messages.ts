/** What indexers tell each other through Redis. Any message may be lost; numbers say so (peers.ts). */
import { Compile } from 'typebox/compile';
import { Type, type Static } from 'typebox';

/**
 * What each indexer takes from its collectors and others cannot know soon enough. Not `hosts`: every indexer tells all it knows
 * of them every few seconds. Nor `containers`: their rows are in the state that all share, which tells of each change by itself.
 */
export const SHARED_TOPICS = ['records', 'events', 'samples', 'alerts'] as const;
export type SharedTopic = (typeof SHARED_TOPICS)[number];

export const isShared = (topic: string): topic is SharedTopic =>
  (SHARED_TOPICS as readonly string[]).includes(topic);

/** Of what a `watched` list names, the rest is sampled as seldom as anything. */
export const MAX_WATCHED = 2_000;

const topic = Type.Enum([...SHARED_TOPICS]);
const count = Type.Integer({ minimum: 0 });
/** Of one run of an indexer. */
const from = Type.String({ minLength: 1, maxLength: 64 });
const totals = Type.Object(
  Object.fromEntries(SHARED_TOPICS.map(name => [name, count])) as Record<SharedTopic, typeof count>,
);

const peerMessage = Type.Union([
  /** Items, numbered from `first` on by the indexer that stored them. */
  Type.Object({
    is: Type.Literal('items'),
    from,
    topic,
    first: count,
    items: Type.Array(Type.Unknown(), { maxItems: 10_000 }),
  }),
  /** Every second: how many items there have been, which topics somebody follows here, which are sent to others. */
  Type.Object({
    is: Type.Literal('beat'),
    from,
    totals,
    wants: Type.Array(topic, { maxItems: 20 }),
    sends: Type.Array(topic, { maxItems: 20 }),
    watched: Type.Array(Type.String({ maxLength: 128 }), { maxItems: MAX_WATCHED }),
  }),
  /** Somebody begins to follow a topic here. */
  Type.Object({ is: Type.Literal('ask'), from, topic, ask: count }),
  /** The answer to that: what comes after `total` is sent, what came before is found by searches. */
  Type.Object({ is: Type.Literal('told'), from, to: from, topic, ask: count, total: count }),
  /** This indexer stops, and not because it was killed. */
  Type.Object({ is: Type.Literal('bye'), from }),
]);
export type PeerMessage = Static<typeof peerMessage>;
export type Beat = Extract<PeerMessage, { is: 'beat' }>;

const schema = Compile(peerMessage);

/** Null: of another version, or no message of ours. */
export const readPeerMessage = (message: unknown): PeerMessage | null =>
  schema.Check(message) ? message : null;
