/** At most `size` tasks at a time; the others wait in the order in which they came. */
export type Slots = { run<T>(task: () => Promise<T>): Promise<T> };

export function createSlots(size: number): Slots {
  let free = size;
  const waiting: (() => void)[] = [];
  return {
    async run(task) {
      if (free > 0) free--;
      else await new Promise<void>(resolve => waiting.push(resolve));
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next === undefined) free++;
        else next();
      }
    },
  };
}
