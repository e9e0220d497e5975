/** Keyboard shortcuts: whoever is on screen registers theirs, so the key sheet lists exactly what works now. */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { createKeyMatcher } from './key-matcher.ts';

export type Shortcut = {
  /** `j`, `Enter`, `Shift+G`, or a sequence such as `g l`; alternatives are separated by ` | `. */
  keys: string;
  /** What the sheet says. */
  does: string;
  run: (event: KeyboardEvent) => void;
};

export type ShortcutGroup = { title: string; shortcuts: readonly Shortcut[] };

let groups: readonly ShortcutGroup[] = [];
const listeners = new Set<() => void>();

function setGroups(next: readonly ShortcutGroup[]): void {
  groups = next;
  for (const listener of listeners) listener();
}

const matcher = createKeyMatcher();

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || isTyping(event)) return;
  // The group mounted last is the innermost and wins.
  const shortcuts = groups.toReversed().flatMap(group => group.shortcuts);
  const shortcut = matcher.match(event, shortcuts, event.timeStamp);
  if (shortcut) {
    event.preventDefault();
    shortcut.run(event);
  }
}

/** Keys belong to a field being typed in, to a dialog on top, and Space and Enter to the button that has the focus. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('input, textarea, select, [contenteditable], dialog, [popover]')) return true;
  return (event.key === 'Enter' || event.key === ' ') && Boolean(target?.closest('button, a, summary'));
}

/** Registers shortcuts while the component is mounted; `shortcuts` may be a new array at each render. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]): void {
  const newest = useRef(shortcuts);
  useEffect(() => {
    newest.current = shortcuts;
  });
  useEffect(() => {
    const group: ShortcutGroup = {
      title,
      shortcuts: newest.current.map(({ keys, does }, index) => ({
        keys,
        does,
        run: event => newest.current[index]?.run(event),
      })),
    };
    if (groups.length === 0) window.addEventListener('keydown', onKeyDown);
    setGroups([...groups, group]);
    return () => {
      setGroups(groups.filter(other => other !== group));
      if (groups.length === 0) window.removeEventListener('keydown', onKeyDown);
    };
  }, [title]);
}

/** Every group registered now, outermost first. */
export function useShortcutGroups(): readonly ShortcutGroup[] {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => groups,
  );
}
