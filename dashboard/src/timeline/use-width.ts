import { useEffect, useState, type RefObject } from 'react';

/** The width of an element in whole pixels, 0 until it is measured. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const measured = element.current;
    if (measured === null) return;
    const observer = new ResizeObserver(entries =>
      setWidth(Math.floor(entries[0]?.contentRect.width ?? measured.clientWidth)),
    );
    observer.observe(measured);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
