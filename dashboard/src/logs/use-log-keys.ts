import { useShortcuts } from '../ui/shortcuts.ts';

/** What the keys of the page do. */
export type LogActions = {
  move: (by: number) => void;
  open: () => void;
  close: () => void;
  openContext: () => void;
  focusQuery: () => void;
  togglePause: () => void;
  toNewest: () => void;
  nextError: (by: -1 | 1) => void;
  nextEvent: () => void;
  copyLine: () => void;
  copyLink: () => void;
  toggleFacets: () => void;
  toggleEvents: () => void;
};

const PAGE_ROWS = 20;

export function useLogKeys(actions: LogActions): void {
  useShortcuts('Lines', [
    { keys: 'j | ArrowDown', does: 'Next row', run: () => actions.move(1) },
    { keys: 'k | ArrowUp', does: 'Previous row', run: () => actions.move(-1) },
    { keys: 'PageDown', does: 'A page down', run: () => actions.move(PAGE_ROWS) },
    { keys: 'PageUp', does: 'A page up', run: () => actions.move(-PAGE_ROWS) },
    { keys: 'Enter', does: 'Details of the row', run: actions.open },
    { keys: 'c', does: 'Lines around it, of the same container', run: actions.openContext },
    { keys: 'n', does: 'Next error', run: () => actions.nextError(1) },
    { keys: 'p', does: 'Previous error', run: () => actions.nextError(-1) },
    { keys: 'e', does: 'Next container event', run: actions.nextEvent },
    { keys: 'y', does: 'Copy the line', run: actions.copyLine },
    { keys: 'Shift+Y', does: 'Copy a link to the line', run: actions.copyLink },
    { keys: 'Escape', does: 'Close the details', run: actions.close },
  ]);
  useShortcuts('Search and stream', [
    { keys: '/', does: 'Write a query', run: actions.focusQuery },
    { keys: 'Space', does: 'Pause or follow', run: actions.togglePause },
    { keys: 'Shift+G | End', does: 'Newest line', run: actions.toNewest },
    { keys: '[', does: 'Facets', run: actions.toggleFacets },
    { keys: ']', does: 'Container events between the lines', run: actions.toggleEvents },
  ]);
}
