/** Which rows of a long table are drawn. All rows have one height, so this is arithmetic and nothing is measured. */
import { useCallback, useState } from 'react';

export const ROW_PX = 32;
/** Drawn beyond each edge, and the step in which the window moves: scrolling draws anew only every so many rows. */
const STEP = 10;

/** `first` up to, not including, `end`. */
export type RowWindow = { first: number; end: number };

export function windowOf(scrollTop: number, height: number, count: number): RowWindow {
  const first = Math.floor(scrollTop / ROW_PX / STEP) * STEP - STEP;
  const end = Math.ceil((scrollTop + height) / ROW_PX / STEP) * STEP + STEP;
  return { first: Math.min(Math.max(0, first), Math.max(0, count - 1)), end: Math.min(count, end) };
}

/** Before the first measure: what fits a tall screen. */
const AT_FIRST = { scrollTop: 0, height: 1_200 };

/** The window of a scrolling element; `scroller` is its ref. */
export function useRowWindow(count: number): {
  window: RowWindow;
  scroller: (element: HTMLElement | null) => (() => void) | undefined;
} {
  const [edges, setEdges] = useState(AT_FIRST);
  const scroller = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const read = () =>
      setEdges(before => {
        const { scrollTop, clientHeight: height } = element;
        const isSame = sameWindow(windowOf(scrollTop, height, Infinity), before);
        return isSame ? before : { scrollTop, height };
      });
    const observer = new ResizeObserver(read);
    observer.observe(element);
    element.addEventListener('scroll', read, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', read);
    };
  }, []);
  return { window: windowOf(edges.scrollTop, edges.height, count), scroller };
}

function sameWindow(next: RowWindow, { scrollTop, height }: typeof AT_FIRST): boolean {
  const before = windowOf(scrollTop, height, Infinity);
  return next.first === before.first && next.end === before.end;
}
