import { useEffect, useRef, useState, type PointerEvent, type RefObject } from 'react';
import { createScale, panView, viewBetween, zoomView, type TimeView } from './time-scale.ts';

type Selection = { fromX: number; toX: number };
type GestureOptions = {
  view: TimeView;
  width: number;
  /** Where the chart begins, in pixels from the left edge of the element: before it stand the names. */
  left: number;
  /** Each step of a pan or a wheel; `settle` once it has come to rest. */
  onMove: (view: TimeView) => void;
  onSettle: (view: TimeView) => void;
};

const SETTLE_AFTER_MS = 250;
const CLICK_PX = 4;
const WHEEL_ZOOM = 1.0018;

/**
 * Drag chooses a range to zoom into, Shift-drag and Shift-wheel (or a sideways wheel) pan, Ctrl-wheel zooms around the
 * pointer. A plain wheel scrolls the rows, as everywhere.
 */
export function useGestures(element: RefObject<HTMLElement | null>, options: GestureOptions) {
  const [selection, setSelection] = useState<Selection | null>(null);
  const drag = useRef<{ startX: number; isPan: boolean; view: TimeView } | null>(null);
  useWheel(element, options);

  const xOf = (event: PointerEvent) =>
    event.clientX - (element.current?.getBoundingClientRect().left ?? 0) - options.left;
  const end = () => {
    drag.current = null;
    setSelection(null);
  };
  return {
    selection,
    onPointerDown(event: PointerEvent<HTMLElement>) {
      const startX = xOf(event);
      const isOnMark = event.target instanceof Element && event.target.closest('[data-mark]') !== null;
      if (event.button !== 0 || startX < 0 || isOnMark) return;
      event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { startX, isPan: event.shiftKey, view: options.view };
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const { current } = drag;
      if (current === null) return;
      const x = xOf(event);
      if (!current.isPan) {
        setSelection({ fromX: Math.min(current.startX, x), toX: Math.max(current.startX, x) });
        return;
      }
      const scale = createScale(current.view, options.width);
      options.onMove(panView(current.view, scale.ms(current.startX) - scale.ms(x), Date.now()));
    },
    onPointerUp(event: PointerEvent<HTMLElement>) {
      const { current } = drag;
      if (current === null) return;
      end();
      const x = xOf(event);
      if (Math.abs(x - current.startX) < CLICK_PX) return;
      const scale = createScale(options.view, options.width);
      const chosen = current.isPan ? options.view : viewBetween(scale.ms(current.startX), scale.ms(x));
      if (chosen !== null) options.onSettle(chosen);
    },
    onPointerCancel: end,
  };
}

/** React listens to wheels passively, so this one is attached by hand: a zoom must not scroll as well. */
function useWheel(element: RefObject<HTMLElement | null>, options: GestureOptions): void {
  const newest = useRef(options);
  useEffect(() => {
    newest.current = options;
  });
  useEffect(() => {
    const target = element.current;
    if (target === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onWheel = (event: WheelEvent) => {
      const { view, width, left, onMove } = newest.current;
      const next = wheelView(event, view, {
        width,
        x: event.clientX - target.getBoundingClientRect().left - left,
      });
      if (next === null) return;
      event.preventDefault();
      onMove(next);
      clearTimeout(timer);
      timer = setTimeout(() => newest.current.onSettle(newest.current.view), SETTLE_AFTER_MS);
    };
    target.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      target.removeEventListener('wheel', onWheel);
      clearTimeout(timer);
    };
  }, [element]);
}

/** The view after a turn of the wheel; null when the turn is for scrolling. */
function wheelView(event: WheelEvent, view: TimeView, at: { width: number; x: number }): TimeView | null {
  const scale = createScale(view, at.width);
  if (event.ctrlKey || event.metaKey) {
    return capped(zoomView(view, WHEEL_ZOOM ** event.deltaY, scale.ms(Math.max(0, at.x))));
  }
  const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
  if (!event.shiftKey && !isSideways) return null;
  const pixels = isSideways ? event.deltaX : event.deltaY;
  return panView(view, scale.ms(pixels) - view.fromMs, Date.now());
}

/** Zooming out ends at now: half a screen of future would be empty. */
function capped(view: TimeView): TimeView {
  const over = Math.max(0, view.toMs - Date.now());
  return { fromMs: view.fromMs - over, toMs: view.toMs - over };
}
