import { useEffect, useState } from 'react';

/** A text once it has stayed the same for `ms`: for what must not follow every step of a scroll or of typing. */
export function useSettled(value: string, ms: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
