import { useCallback, useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { decodeState, encodeState, sameQuestion, type LogsState } from './logs-url.ts';

/** Moving through rows writes the address at most this often: browsers refuse more. */
const WRITE_AFTER_MS = 250;

/** The state of the page, kept in step with the address: a new question is a new history entry, the rest replaces it. */
export function useLogsState(): [LogsState, (change: Partial<LogsState>) => void] {
  const [, navigate] = useLocation();
  const search = useSearch();
  const [state, setState] = useState(() => decodeState(search));
  const [written, setWritten] = useState(search);

  // Back, forward, or a link to this page: the address wins.
  if (search !== written) {
    setWritten(search);
    if (search !== encodeState(state)) setState(decodeState(search));
  }

  const wanted = encodeState(state);
  useEffect(() => {
    if (wanted === search) return;
    const isNewQuestion = !sameQuestion(state, decodeState(search));
    const write = () => {
      // The reader may be on the way to another page already.
      if (window.location.pathname !== '/logs') return;
      navigate(wanted === '' ? '/logs' : `/logs?${wanted}`, { replace: !isNewQuestion });
    };
    if (isNewQuestion) {
      write();
      return;
    }
    const timer = setTimeout(write, WRITE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [wanted, search, state, navigate]);

  const change = useCallback(
    (part: Partial<LogsState>) =>
      setState(before => {
        const next = { ...before, ...part };
        // A row that was only passed over means nothing to another question; one being read stays open.
        return next.detail === null && !sameQuestion(before, next) ? { ...next, line: null } : next;
      }),
    [],
  );
  return [state, change];
}
