/** `there`: it was there before. `dead`: refused, and now a dead letter; `known_dead`: it was one before. */
export type Fate = 'stored' | 'there' | 'dead' | 'known_dead';

/** What one call of `write` waits for: the fate of each of its documents, or the first reason to give up. */
export class Group {
  isOver = false;
  private readonly fates: Fate[];
  private readonly promise = Promise.withResolvers<Fate[]>();
  private left: number;

  constructor(size: number) {
    this.left = size;
    this.fates = new Array<Fate>(size).fill('stored');
  }

  get done(): Promise<Fate[]> {
    return this.promise.promise;
  }

  /** Each place once. */
  settle(place: number, fate: Fate): void {
    if (fate !== 'stored') this.fates[place] = fate;
    if (--this.left > 0) return;
    this.isOver = true;
    this.promise.resolve(this.fates);
  }

  reject(error: Error): void {
    this.isOver = true;
    this.promise.reject(error);
  }
}
