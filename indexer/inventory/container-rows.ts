/**
 * Rows of containers, in memory and durably. A row is written only over the version it was made from: when another batch, or another
 * indexer, was first, it is made again from what is there now. So no snapshot or event is lost, wherever it came in.
 */
import type { Container } from '#contract/container.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { StateChange, StateStore, WatchedRow } from '../state/state-store.ts';
import type { ContainerBook } from './container-book.ts';

/** So many rows are one put: they need not be written together, and a put has a limit. */
const AT_ONCE = 500;
/** Others are first again and again only where two collectors fight over a container. */
const MAX_ROUNDS = 100;

export class ContainerRows {
  private readonly state: StateStore;
  private readonly book: ContainerBook;
  private readonly onOthers: (rows: Container[]) => void;
  private readonly versions = new Map<string, number>();

  /** `onOthers`: rows that another wrote, and that are news here. */
  constructor(state: StateStore, book: ContainerBook, onOthers: (rows: Container[]) => void) {
    this.state = state;
    this.book = book;
    this.onOthers = onOthers;
  }

  async load(): Promise<void> {
    this.take(await this.state.list<Container>('container'));
  }

  /** Another wrote these, or removed them. */
  noteOthers(rows: readonly WatchedRow<Container>[]): void {
    const news = this.take(rows);
    if (news.length > 0) this.onOthers(news);
  }

  /** `make` answers rows after something happened, from the book, and may be called again. Answers those that changed, once durable. */
  async change(make: () => Iterable<Container>): Promise<Container[]> {
    const changed = new Map<string, Container>();
    for (let rounds = 0; rounds < MAX_ROUNDS; rounds++) {
      const rows = [...make()];
      const news = new Set(rows.filter(row => this.book.isNews(row)));
      for (const row of rows) if (!news.has(row)) this.book.set(row);
      if (news.size === 0) return [...changed.values()];
      for (const part of inParts([...news])) {
        if (!(await this.write(part))) break;
        for (const row of part) changed.set(row.id, row);
      }
    }
    throw new QuaylogError('store_failed', 'Rows of containers change faster than they can be written.');
  }

  async drop(ids: readonly string[]): Promise<void> {
    for (const part of inParts(ids)) {
      await this.state.put(part.map(id => ({ kind: 'container', id, document: null })));
      for (const id of part) this.forget(id);
    }
  }

  /** Answers those that were not known. */
  private take(rows: readonly WatchedRow<Container>[]): Container[] {
    const news: Container[] = [];
    for (const { id, version, document } of rows) {
      if (document === null) this.forget(id);
      else if (version !== this.versionOf(id)) {
        this.versions.set(id, version);
        news.push(this.book.setOfOther(document));
      }
    }
    return news;
  }

  /** False when another was first: then its rows are known. */
  private async write(rows: readonly Container[]): Promise<boolean> {
    const based = rows.map(row => ({ row, ifVersion: this.versionOf(row.id) }));
    if (!(await this.state.put(based.map(({ row, ifVersion }) => ({ ...changeOf(row), ifVersion }))))) {
      await Promise.all(rows.map(({ id }) => this.refresh(id)));
      return false;
    }
    for (const { row, ifVersion } of based) {
      // A later change of it may have been noted already.
      if (this.versionOf(row.id) > ifVersion) continue;
      this.versions.set(row.id, ifVersion + 1);
      this.book.set(row);
    }
    return true;
  }

  private async refresh(id: string): Promise<void> {
    const row = await this.state.get<Container>('container', id);
    this.noteOthers([row ?? { id, version: 0, document: null }]);
  }

  private versionOf(id: string): number {
    return this.versions.get(id) ?? 0;
  }

  private forget(id: string): void {
    this.versions.delete(id);
    this.book.drop(id);
  }
}

const inParts = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, part) =>
    all.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
  );

/** Samples are not written: they are in the log store. */
const changeOf = (row: Container): StateChange => ({
  kind: 'container',
  id: row.id,
  document: { ...row, sample: null, sampledAt: null },
});
