import { useLayoutEffect, useRef, useState, useSyncExternalStore, type RefObject } from 'react';
import type { LogBuffer } from './log-buffer.ts';

export const ROW_HEIGHT = 22;
/** Room above the first row, for what is said about older lines. */
export const EDGE_HEIGHT = 22;
/** Rows drawn beyond the visible ones on each side. */
const OVERSCAN = 16;

/** The row at the top of the view and how far it is scrolled out: what stays put when rows come and go elsewhere. */
type Anchor = { id: string; offset: number };

export type RowWindow = {
  start: number;
  end: number;
  /** At most so many rows are drawn at once. */
  slots: number;
  size: number;
  onScroll: () => void;
  /** Scrolls so that the row is in view. */
  reveal: (index: number) => void;
};

type RowWindowOptions = {
  list: RefObject<HTMLDivElement | null>;
  buffer: LogBuffer;
  /** Stick to the newest row. */
  isFollowing: boolean;
  /** The reader moved away from the newest row, or back to it. */
  onEdge: (isAtEnd: boolean) => void;
  onNearStart: () => void;
};

/**
 * Which rows of fixed height to draw. The place is kept as a row, not as pixels, so rows that are added above or evicted
 * move nothing on screen; nothing is ever measured but the height of the list itself.
 */
export function useRowWindow({
  list,
  buffer,
  isFollowing,
  onEdge,
  onNearStart,
}: RowWindowOptions): RowWindow {
  useSyncExternalStore(buffer.subscribe, () => buffer.version);
  const height = useHeight(list);
  const [anchor, setAnchor] = useState<Anchor | null>(null);
  const lastTop = useRef(0);

  const size = buffer.size;
  const visible = Math.ceil(height / ROW_HEIGHT);
  const isPinned = isFollowing || anchor === null;
  const first = isPinned ? Math.max(0, size - visible) : buffer.lowerBound(anchor.id);
  const start = Math.max(0, first - OVERSCAN);
  const end = Math.min(size, first + visible + OVERSCAN);

  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const top = isPinned
      ? element.scrollHeight - element.clientHeight
      : EDGE_HEIGHT + first * ROW_HEIGHT + anchor.offset;
    if (Math.abs(element.scrollTop - top) >= 1) element.scrollTop = top;
    lastTop.current = element.scrollTop;
  }, [list, isPinned, first, anchor, size, height]);

  const onScroll = () => {
    const element = list.current;
    if (!element) return;
    const top = element.scrollTop;
    const isUpwards = top < lastTop.current - 1;
    const isAtEnd = top + element.clientHeight >= element.scrollHeight - ROW_HEIGHT / 2;
    lastTop.current = top;
    const index = Math.max(0, Math.floor((top - EDGE_HEIGHT) / ROW_HEIGHT));
    const id = buffer.at(index)?.id;
    if (isAtEnd) setAnchor(null);
    else if (id !== undefined) setAnchor({ id, offset: top - EDGE_HEIGHT - index * ROW_HEIGHT });
    if (isAtEnd || isUpwards) onEdge(isAtEnd);
    if (isUpwards && index < visible * 2) onNearStart();
  };

  const reveal = (index: number) => {
    const element = list.current;
    if (!element || index < 0) return;
    const top = EDGE_HEIGHT + index * ROW_HEIGHT;
    if (top < element.scrollTop) element.scrollTop = top - ROW_HEIGHT;
    else if (top + ROW_HEIGHT > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + 2 * ROW_HEIGHT - element.clientHeight;
    }
  };

  return { start, end, slots: visible + 2 * OVERSCAN, size, onScroll, reveal };
}

function useHeight(list: RefObject<HTMLElement | null>): number {
  const [height, setHeight] = useState(0);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, [list]);
  return height;
}
