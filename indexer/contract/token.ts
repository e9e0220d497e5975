/** Tokens as the terminal manages them: made, listed and revoked on the data folder, also while the indexer runs. */

/** `ingest`: sends batches of one host, and reads nothing. `read`: reads everything, and changes nothing. */
export type TokenScope = 'ingest' | 'read';

/** What is kept of a token, all but its hash. Times are ISO 8601. */
export type TokenSummary = {
  /** The beginning of the token itself: enough to tell it apart, not enough to use it. */
  prefix: string;
  scope: TokenScope;
  /** The only host it may speak for; null for a token that reads. */
  host: string | null;
  /** The engine that showed it first, and to which it belongs since then. */
  hostId: string | null;
  /** A remark of whoever made it. */
  name: string;
  createdAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
};

/** `host` null: a token that reads. `lifetimeMs` null: until it is revoked. */
export type NewToken = { host: string | null; name: string; lifetimeMs: number | null };

/** What an operator does without the indexer: the terminal loads it by URL, the compiler keeps both to this type. */
export type Operator = {
  /** The token itself is in the answer and nowhere else. Rejects when the host has two valid ones. */
  createToken: (wanted: NewToken) => Promise<{ token: string; summary: TokenSummary }>;
  listTokens: () => Promise<TokenSummary[]>;
  /** By prefix, or by the beginning of one that fits no other. Works within a second. Rejects when none or several fit. */
  revokeToken: (prefix: string) => Promise<TokenSummary>;
  close: () => Promise<void>;
};
