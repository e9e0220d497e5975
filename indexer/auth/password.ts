/** The password of people: argon2id (RFC 9106) at the cost that OWASP names for it, and never kept as it was typed. */
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { StateStore } from '../state/state-store.ts';

/** m = 19 MiB, t = 2, p = 1: about 20 ms of a core. The library's default kind is argon2id. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Each takes a core and 19 MiB; whoever waits beyond this is told to come again. */
const AT_ONCE = 2;
const WAITING = 20;

export const isHash = (text: string): boolean => text.startsWith('$argon2');

/** Whether a text that begins like a hash is one that `verify` can use. */
export function isUsableHash(text: string): boolean {
  try {
    parseOptions(text);
    return text.startsWith('$argon2id$');
  } catch {
    return false;
  }
}

export const hashPassword = (password: string): Promise<string> => hash(password, COST);

/**
 * The hash that is valid from now on. One that was valid before stays, so that people stay signed in over a restart; a
 * new password ends every session.
 */
export async function settlePassword(password: string, state: StateStore): Promise<string> {
  const kept = await state.get<{ hash: string }>('password', 'people');
  if (kept && (await isSame(kept.document.hash, password))) return kept.document.hash;
  const next = isHash(password) ? password : await hashPassword(password);
  const sessions = await state.list('session');
  const isSettled = await state.put([
    { kind: 'password', id: 'people', document: { hash: next }, ifVersion: kept?.version ?? 0 },
    ...sessions.map(({ id }) => ({ kind: 'session' as const, id, document: null })),
  ]);
  // Another indexer that starts was first: it has the same password, or it ought to.
  return isSettled ? next : settlePassword(password, state);
}

const isSame = (kept: string, password: string): Promise<boolean> =>
  isHash(password) ? Promise.resolve(kept === password) : verify(kept, password);

/** Compares guesses with the hash, two at a time. Rejects with `too_many_requests` when too many wait. */
export function createPasswordCheck(valid: () => Promise<string>): (guess: string) => Promise<boolean> {
  const waiting: (() => void)[] = [];
  let active = 0;
  return async guess => {
    if (active >= AT_ONCE) {
      if (waiting.length >= WAITING)
        throw new QuaylogError('too_many_requests', 'Too many sign in at once.', { retryAfterSeconds: 1 });
      await new Promise<void>(go => waiting.push(go));
    } else active += 1;
    try {
      return await verify(await valid(), guess);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else active -= 1;
    }
  };
}
