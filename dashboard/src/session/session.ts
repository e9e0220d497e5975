/**
 * Whether this browser may see anything: asked before a page is drawn, and watched while one is open. Every way to lose a
 * session (expired, revoked, signed out in another tab) comes in as `lose`. Plain TypeScript: React only draws the view.
 */
import { ApiError, type SessionStatus } from '../api/client.ts';

export type SessionView =
  | { phase: 'asking' }
  /** The question itself failed: nothing is known, so nothing is shown. */
  | { phase: 'unreachable'; error: ApiError }
  | { phase: 'in'; canSignOut: boolean }
  | { phase: 'out'; because: 'new' | 'ended' | 'left' };

export type SessionCalls = {
  ask: () => Promise<SessionStatus>;
  signIn: (password: string) => Promise<void>;
  signOut: () => Promise<void>;
};

export type Session = {
  view: () => SessionView;
  subscribe: (listener: () => void) => () => void;
  ask: () => Promise<void>;
  /** Rejects with the ApiError that says why not. */
  signIn: (password: string) => Promise<void>;
  signOut: () => Promise<void>;
  lose: () => void;
};

/** @param onOut run when what is in memory belongs to nobody any more. */
export function createSession(calls: SessionCalls, onOut: () => void): Session {
  const listeners = new Set<() => void>();
  let view: SessionView = { phase: 'asking' };

  const show = (next: SessionView): void => {
    const wasIn = view.phase === 'in';
    view = next;
    for (const listener of listeners) listener();
    if (wasIn && next.phase === 'out') onOut();
  };

  return {
    view: () => view,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async ask() {
      try {
        const { auth, signedIn } = await calls.ask();
        if (signedIn) show({ phase: 'in', canSignOut: auth === 'password' });
        else if (view.phase !== 'out') show({ phase: 'out', because: 'new' });
      } catch (error) {
        // Whoever is about to type the password is not disturbed: the answer to that will say it too.
        if (view.phase !== 'out') show({ phase: 'unreachable', error: asApiError(error) });
      }
    },
    async signIn(password) {
      await calls.signIn(password);
      show({ phase: 'in', canSignOut: true });
    },
    async signOut() {
      await calls.signOut();
      show({ phase: 'out', because: 'left' });
    },
    lose() {
      if (view.phase === 'in') show({ phase: 'out', because: 'ended' });
    },
  };
}

const asApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError(0, { code: 'unexpected', message: String(error) });
