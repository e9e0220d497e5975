import { useCallback } from 'react';
import { useLocation, useSearch } from 'wouter';

type Changes = Record<string, string | null | undefined>;
/** `null`, undefined and '' take a parameter out. `push`: a step one can go back from. */
type SetUrlState = (changes: Changes, options?: { push?: boolean }) => void;

/** The parameters of the address: every screen is a link. */
export function useUrlState(): [URLSearchParams, SetUrlState] {
  const search = useSearch();
  const [, navigate] = useLocation();
  const set = useCallback<SetUrlState>(
    (changes, options) => {
      // Read now, not at render: two changes in one event must not undo each other.
      const params = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(changes)) {
        if (value === null || value === undefined || value === '') params.delete(name);
        else params.set(name, value);
      }
      const text = params.toString();
      const path = window.location.pathname;
      navigate(text === '' ? path : `${path}?${text}`, { replace: options?.push !== true });
    },
    [navigate],
  );
  return [new URLSearchParams(search), set];
}
