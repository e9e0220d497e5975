/** Dark or light: what the reader chose, else what the system asks for, also when it changes its mind. */
import { createStoredChoice } from './stored-choice.ts';
import { useSyncExternalStore } from 'react';

type Theme = 'dark' | 'light';

const asksForLight = window.matchMedia('(prefers-color-scheme: light)');
const choice = createStoredChoice<Theme | 'system'>(
  'quaylog.theme',
  ['dark', 'light', 'system'],
  () => 'system',
);

function shownTheme(): Theme {
  const chosen = choice.get();
  if (chosen !== 'system') return chosen;
  return asksForLight.matches ? 'light' : 'dark';
}

/** Puts the theme on `<html data-theme>`, before the first paint and whenever it changes. */
export function applyTheme(): void {
  const apply = () => {
    document.documentElement.dataset['theme'] = shownTheme();
  };
  apply();
  subscribe(apply);
}

export function toggleTheme(): void {
  choice.set(shownTheme() === 'dark' ? 'light' : 'dark');
}

/** The theme shown now. Canvas painters repaint when it changes. */
export const useTheme = (): Theme => useSyncExternalStore(subscribe, shownTheme);

function subscribe(listener: () => void): () => void {
  const end = choice.subscribe(listener);
  asksForLight.addEventListener('change', listener);
  return () => {
    end();
    asksForLight.removeEventListener('change', listener);
  };
}
