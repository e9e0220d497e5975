import { createStoredChoice } from './stored-choice.ts';

type Theme = 'dark' | 'light';

const THEMES = ['dark', 'light'] as const;
const systemTheme = (): Theme =>
  window.matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';

const choice = createStoredChoice<Theme | 'system'>('quaylog.theme', [...THEMES, 'system'], () => 'system');

/** Puts the stored choice on `<html data-theme>` before the first paint; without one the system decides in CSS. */
export function applyStoredTheme(): void {
  const theme = choice.get();
  if (theme !== 'system') document.documentElement.dataset['theme'] = theme;
}

export function toggleTheme(): void {
  const shown = choice.get() === 'system' ? systemTheme() : choice.get();
  choice.set(shown === 'dark' ? 'light' : 'dark');
  applyStoredTheme();
}

/** The theme shown now. Canvas painters repaint when it changes. */
export function useTheme(): Theme {
  const theme = choice.use();
  return theme === 'system' ? systemTheme() : theme;
}
