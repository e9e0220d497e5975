/** Readers that wait for room, let go one after the other: each comes back with what it read before the next one is let go. */
export class Turns {
  private readonly waiting: (() => void)[] = [];
  private isServing = false;

  get isAwaited(): boolean {
    return this.waiting.length > 0;
  }

  wait(): Promise<void> {
    return new Promise(resolve => this.waiting.push(resolve));
  }

  /** Lets them go in turn for as long as there is room. */
  serve(hasRoom: () => boolean): void {
    if (this.isServing) return;
    this.isServing = true;
    const next = () => {
      if (!hasRoom() || this.waiting.length === 0) this.isServing = false;
      else {
        this.waiting.shift()?.();
        setImmediate(next);
      }
    };
    next();
  }
}
