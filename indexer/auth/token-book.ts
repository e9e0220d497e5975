/**
 * Tokens of collectors and of programs that read. Kept in the state store under kind `token`, by prefix; every request looks
 * there (one row by key, about 20 µs), so that a token made or revoked by `quaylog token` counts at once.
 *
 * A token is `qlc_` (collector) or `qlr_` (reads), eight hex digits to tell it apart, `_`, and 256 random bits in hex. Only
 * the SHA-256 of the whole is kept: with that much chance in it there is nothing a slow hash would protect.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { NewToken, Operator, TokenSummary } from '#contract/token.ts';
import type { StateStore } from '../state/state-store.ts';
import type { SettingToken } from './setting-tokens.ts';

const PREFIX = /^(ql[cr]_[0-9a-f]{8})_[0-9a-f]{64}$/;
/** One in use and its successor. */
const VALID_PER_HOST = 2;
/** Any host may be named; the first that uses it is the one. For a collector that is started together with its indexer. */
export const ANY_HOST = '*';

type TokenDocument = TokenSummary & { sha256: string };

/** Why a token does not count, as it is told to whoever showed it. */
export type TokenFault = { fault: string };

export type TokenBook = Omit<Operator, 'close'> & {
  /** What a valid token may do, or why it is not valid. */
  check: (shown: string) => Promise<TokenSummary | TokenFault>;
  /** Whether batches of any collector could be taken: a token was made at some time, or a setting holds one. */
  isAnyCollectorKnown: () => Promise<boolean>;
  /** Rejects with `wrong_host` unless a token of this scope may speak for the host. The first engine that shows it is remembered. */
  bind: (token: TokenSummary, host: { id: string; name: string }) => Promise<void>;
};

export type TokenBookDeps = {
  state: StateStore;
  now: () => Date;
  settingTokens?: readonly SettingToken[];
};

export function createTokenBook({ state, now, settingTokens = [] }: TokenBookDeps): TokenBook {
  const fromSettings = settingTokens.map(settingDocument);
  const stored = async () => (await state.list<TokenDocument>('token')).map(({ document }) => document);
  const all = async () => [...fromSettings, ...(await stored())];

  async function find(shown: string): Promise<TokenDocument | undefined> {
    const prefix = PREFIX.exec(shown)?.[1];
    const made = prefix === undefined ? null : await state.get<TokenDocument>('token', prefix);
    const hash = sha256(shown);
    // All are compared, whichever fits: how long it takes says nothing.
    return [...(made ? [made.document] : []), ...fromSettings].filter(one => isEqual(one.sha256, hash))[0];
  }

  async function createToken(wanted: NewToken): Promise<{ token: string; summary: TokenSummary }> {
    const valid = (await stored()).filter(
      one => one.host !== null && one.host === wanted.host && validity(one, now()) === 'valid',
    );
    if (valid.length >= VALID_PER_HOST) throw tooMany(valid);
    const { token, document } = newToken(wanted, now());
    const isNew = await state.put([{ kind: 'token', id: document.prefix, document, ifVersion: 0 }]);
    return isNew ? { token, summary: summaryOf(document) } : createToken(wanted);
  }

  return {
    createToken,
    listTokens: async () => (await stored()).sort(byAge).map(summaryOf),

    async revokeToken(asked) {
      // Whoever pastes the whole token means the same.
      const found = onlyOne(await stored(), PREFIX.exec(asked)?.[1] ?? asked);
      const document = { ...found, revokedAt: found.revokedAt ?? now().toISOString() };
      await state.put([{ kind: 'token', id: found.prefix, document }]);
      return summaryOf(document);
    },

    async check(shown) {
      const token = await find(shown);
      if (!token)
        return { fault: 'The token is unknown here: it was made for another indexer, or mistyped.' };
      const state = validity(token, now());
      return state === 'valid' ? summaryOf(token) : { fault: faultOf(token, state) };
    },

    isAnyCollectorKnown: async () => (await all()).some(({ scope }) => scope === 'ingest'),

    async bind(token, host) {
      if (token.host !== ANY_HOST && token.host !== host.name) throw otherName(token, host.name);
      if (token.hostId === host.id) return;
      const claimed = (await all()).find(one => isClaim(one, host) && validity(one, now()) === 'valid');
      if (claimed) throw claimedBy(claimed, token, host);
      const inSettings = fromSettings.find(({ prefix }) => prefix === token.prefix);
      const hostId = inSettings ? (inSettings.hostId ??= host.id) : await pin(state, token, host.id);
      if (hostId !== host.id) throw otherEngine({ ...token, hostId }, host);
    },
  };
}

/** Remembers the first engine; answers which that was. */
async function pin(state: StateStore, { prefix }: TokenSummary, hostId: string): Promise<string | null> {
  const kept = await state.get<TokenDocument>('token', prefix);
  if (!kept || kept.document.hostId !== null) return kept?.document.hostId ?? null;
  const document = { ...kept.document, hostId };
  const isFirst = await state.put([{ kind: 'token', id: prefix, document, ifVersion: kept.version }]);
  return isFirst ? hostId : pin(state, kept.document, hostId);
}

type Validity = 'valid' | 'expired' | 'revoked';

export function validity(token: TokenSummary, now: Date): Validity {
  if (token.revokedAt !== null) return 'revoked';
  return token.expiresAt !== null && token.expiresAt <= now.toISOString() ? 'expired' : 'valid';
}

const faultOf = (token: TokenSummary, state: 'expired' | 'revoked'): string =>
  state === 'expired'
    ? `The token ${token.prefix} expired at ${token.expiresAt ?? ''}.`
    : `The token ${token.prefix} was revoked at ${token.revokedAt ?? ''}.`;

function newToken(
  { host, name, lifetimeMs }: NewToken,
  now: Date,
): { token: string; document: TokenDocument } {
  const prefix = `${host === null ? 'qlr' : 'qlc'}_${randomBytes(4).toString('hex')}`;
  const token = `${prefix}_${randomBytes(32).toString('hex')}`;
  const document: TokenDocument = {
    prefix,
    scope: host === null ? 'read' : 'ingest',
    host,
    hostId: null,
    name,
    createdAt: now.toISOString(),
    expiresAt: lifetimeMs === null ? null : new Date(now.getTime() + lifetimeMs).toISOString(),
    revokedAt: null,
    sha256: sha256(token),
  };
  return { token, document };
}

const settingDocument = ({ host, token }: SettingToken): TokenDocument => ({
  prefix: `of ${host === ANY_HOST ? 'any host' : host} in QUAYLOG_COLLECTOR_TOKENS`,
  scope: 'ingest',
  host,
  hostId: null,
  name: '',
  createdAt: new Date(0).toISOString(),
  expiresAt: null,
  revokedAt: null,
  sha256: sha256(token),
});

function summaryOf(document: TokenDocument): TokenSummary {
  const { prefix, scope, host, hostId, name, createdAt, expiresAt, revokedAt } = document;
  return { prefix, scope, host, hostId, name, createdAt, expiresAt, revokedAt };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const isEqual = (a: string, b: string): boolean =>
  timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'));

const byAge = (a: TokenSummary, b: TokenSummary): number => (a.createdAt < b.createdAt ? -1 : 1);

/** The engine is known under another name. */
const isClaim = (token: TokenSummary, host: { id: string; name: string }): boolean =>
  token.hostId === host.id && token.host !== ANY_HOST && token.host !== host.name;

function onlyOne(tokens: TokenDocument[], asked: string): TokenDocument {
  const exact = tokens.filter(({ prefix }) => prefix === asked);
  const found = exact.length > 0 ? exact : tokens.filter(({ prefix }) => prefix.startsWith(asked));
  const [first] = found;
  if (first && found.length === 1 && asked !== '') return first;
  throw new QuaylogError(
    'not_found',
    first
      ? `${found.length} tokens begin with ${asked}: ${found.map(({ prefix }) => prefix).join(', ')}.`
      : `No token begins with ${asked}.`,
    { hint: '`quaylog token list` shows them all.' },
  );
}

const tooMany = (valid: TokenSummary[]): QuaylogError =>
  new QuaylogError(
    'read_only',
    `The host ${valid[0]?.host ?? ''} has two valid tokens already: ${valid.map(({ prefix }) => prefix).join(', ')}.`,
    { hint: 'Revoke the one that is no longer used: `quaylog token revoke PREFIX`.' },
  );

const otherName = (token: TokenSummary, name: string): QuaylogError =>
  new QuaylogError(
    'wrong_host',
    `The token ${token.prefix} is of the host ${token.host ?? ''}; this batch is of the host ${name}.`,
    {
      hint:
        'Each token belongs to one host: create one for this host with `quaylog token create --host NAME`, ' +
        'or name the host with QUAYLOG_HOST_NAME.',
    },
  );

const otherEngine = (token: TokenSummary, host: { id: string; name: string }): QuaylogError =>
  new QuaylogError(
    'wrong_host',
    `The token ${token.prefix} is of the host ${host.name} with the engine ${token.hostId ?? ''}; this batch is of the engine ${host.id}.`,
    { hint: 'After a new engine on that host, create a new token: `quaylog token create --host NAME`.' },
  );

const claimedBy = (
  claimed: TokenSummary,
  token: TokenSummary,
  host: { id: string; name: string },
): QuaylogError =>
  new QuaylogError(
    'wrong_host',
    `The engine ${host.id} is that of the host ${claimed.host ?? ''}; the token ${token.prefix} is of the host ${token.host ?? ''}.`,
    { hint: 'An engine is one host: send it under one name, with a token of that name.' },
  );
