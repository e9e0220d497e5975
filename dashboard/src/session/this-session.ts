/** The one session of this page, wired to the API and to the live socket. */
import { useSyncExternalStore } from 'react';
import { api, ApiError, onUnauthorized, type SessionStatus } from '../api/client.ts';
import { endLive, onLiveUnauthorized } from '../api/live.ts';
import { createSession, type Session, type SessionView } from './session.ts';

const OPEN: SessionStatus = { auth: 'none', signedIn: true };

/** An indexer that knows no sessions asks nobody for a password. */
const ask = (): Promise<SessionStatus> =>
  api.session().catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return OPEN;
    throw error;
  });

let forget = (): void => undefined;

/** What the page holds in memory of an ended session. Given by whoever made it. */
export function onSessionEnd(run: () => void): void {
  forget = run;
}

export const session: Session = createSession({ ask, signIn: api.signIn, signOut: api.signOut }, () => {
  endLive();
  forget();
});

onUnauthorized(session.lose);
onLiveUnauthorized(session.lose);

export const useSession = (): SessionView => useSyncExternalStore(session.subscribe, session.view);
