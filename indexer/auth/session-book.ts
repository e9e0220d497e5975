/**
 * Who is signed in: sessions on the server, so that signing out ends one for good. The browser holds 256 random bits; the
 * state store, under kind `session`, holds their SHA-256 and two times.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { StateStore, Versioned } from '../state/state-store.ts';

const IDLE_MS = 12 * 3_600_000;
export const LIFETIME_MS = 7 * 24 * 3_600_000;
/** Being used is written down at most this often: a write is a sync of the disk. */
const TOUCH_EVERY_MS = 60_000;
const MAX_SESSIONS = 1_000;

type SessionDocument = { createdAt: string; seenAt: string };

export type SessionBook = {
  /** A new session; answers what the browser is to show. */
  begin: () => Promise<string>;
  isValid: (shown: string) => Promise<boolean>;
  /** As `isValid`, and notes that the session is in use. */
  use: (shown: string) => Promise<boolean>;
  end: (shown: string) => Promise<void>;
};

export function createSessionBook({ state, now }: { state: StateStore; now: () => Date }): SessionBook {
  const nowMs = () => now().getTime();

  async function find(shown: string): Promise<Versioned<SessionDocument> | null> {
    const kept = await state.get<SessionDocument>('session', idOf(shown));
    return kept && isAlive(kept.document, nowMs()) ? kept : null;
  }

  return {
    async begin() {
      const shown = randomBytes(32).toString('base64url');
      const at = now().toISOString();
      await state.put([
        ...(await superfluous(state, nowMs())),
        { kind: 'session', id: idOf(shown), document: { createdAt: at, seenAt: at } },
      ]);
      return shown;
    },
    isValid: async shown => (await find(shown)) !== null,
    async use(shown) {
      const found = await find(shown);
      if (!found) return false;
      if (nowMs() - Date.parse(found.document.seenAt) >= TOUCH_EVERY_MS) {
        const { id, version } = found;
        const document = { ...found.document, seenAt: now().toISOString() };
        // Signed out meanwhile: the version no longer fits, and the session stays ended.
        await state.put([{ kind: 'session', id, document, ifVersion: version }]);
      }
      return true;
    },
    async end(shown) {
      await state.put([{ kind: 'session', id: idOf(shown), document: null }]);
    },
  };
}

const idOf = (shown: string): string => createHash('sha256').update(shown).digest('hex');

const isAlive = ({ createdAt, seenAt }: SessionDocument, nowMs: number): boolean =>
  nowMs - Date.parse(createdAt) < LIFETIME_MS && nowMs - Date.parse(seenAt) < IDLE_MS;

/** What has ended by itself, and the longest unused of too many: room for one more. */
async function superfluous(state: StateStore, nowMs: number) {
  const newestFirst = (await state.list<SessionDocument>('session')).sort((a, b) =>
    a.document.seenAt < b.document.seenAt ? 1 : -1,
  );
  return newestFirst
    .filter(({ document }, place) => place >= MAX_SESSIONS - 1 || !isAlive(document, nowMs))
    .map(({ id }) => ({ kind: 'session' as const, id, document: null }));
}
