import { useEffect, useState, useSyncExternalStore } from 'react';
import { api } from '../api/client.ts';
import { live } from '../api/live.ts';
import { createLogSession, type LogSession, type Question } from './log-session.ts';
import type { SessionState } from './session-state.ts';

export type ShownSession = {
  /** The session whose rows are on screen. */
  session: LogSession;
  state: SessionState;
  /** A newer question is being answered, or could not be: these rows answer the one before. */
  isStale: boolean;
  /** State of the newest question. */
  newest: SessionState;
};

const browserClock = {
  now: Date.now,
  after: (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Asks the question; until it is answered the rows of the last answered one stay. `attempt` asks the same again. */
export function useLogSession(question: Question, attempt: number): ShownSession | null {
  const { q, from, to, live: isLive } = question;
  const [current, setCurrent] = useState<LogSession | null>(null);
  const [answered, setAnswered] = useState<LogSession | null>(null);

  useEffect(() => {
    const session = createLogSession(
      { q, from, to, live: isLive },
      { fetchLogs: api.logs, fetchEvents: api.events, live: live(), clock: browserClock },
    );
    setCurrent(session);
    return () => session.close();
  }, [q, from, to, isLive, attempt]);

  const state = useSyncExternalStore(current?.subscribe ?? neverChanges, current?.state ?? nothing);
  if (current && state?.phase === 'ready' && answered !== current) setAnswered(current);
  if (!current || !state) return null;
  const isStale = state.phase !== 'ready' && answered !== null && answered !== current;
  const session = isStale ? answered : current;
  return { session, state: session.state(), isStale, newest: state };
}

const neverChanges = () => () => undefined;
const nothing = (): SessionState | undefined => undefined;
