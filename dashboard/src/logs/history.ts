/** The stored side of a session: the newest page, older ones by cursor, and ranges read forward to close a hole. */
import type { LogPage, LogsParams } from '#contract/query.ts';
import { ApiError } from '../api/client.ts';
import type { LogBuffer } from './log-buffer.ts';
import { recordRow } from './log-row-types.ts';
import type { StateHolder } from './session-state.ts';

const FIRST_PAGE = 200;
const OLDER_PAGE = 500;
const FORWARD_PAGE = 1_000;

export type FetchLogs = (params: LogsParams, signal: AbortSignal) => Promise<LogPage>;

export type History = {
  loadNewest: () => Promise<void>;
  loadOlder: () => Promise<void>;
  /** Reads a range oldest first. Answers whether that was all of it; rejects with an ApiError. */
  readForward: (range: { from: string; to: string }, pages: number) => Promise<boolean>;
  /** Whether the oldest line shown is the oldest of the range. */
  isWhole: () => boolean;
};

type HistoryParts = {
  question: { q: string; from: string; to: string };
  fetchLogs: FetchLogs;
  buffer: LogBuffer;
  state: StateHolder;
  signal: AbortSignal;
  /** Told after rows of the past were added. */
  onRows: () => void;
};

export function createHistory({ question, fetchLogs, buffer, state, signal, onRows }: HistoryParts): History {
  const { q, from, to } = question;
  let cursor: string | null = null;

  async function loadNewest(): Promise<void> {
    try {
      const page = await fetchLogs({ q, from, to, limit: FIRST_PAGE }, signal);
      if (signal.aborted) return;
      cursor = page.cursor;
      buffer.insert(page.records.map(recordRow));
      onRows();
      const { total, tookMs } = page;
      state.set({ phase: 'ready', error: null, total, tookMs, older: cursor === null ? 'none' : 'some' });
    } catch (error) {
      if (!signal.aborted) state.set({ phase: 'failed', error: asApiError(error) });
    }
  }

  async function loadOlder(): Promise<void> {
    const { older } = state.get();
    if (cursor === null || older === 'loading' || older === 'full') return;
    state.set({ older: 'loading' });
    try {
      const page = await fetchLogs({ q, from, to, limit: OLDER_PAGE, cursor }, signal);
      if (signal.aborted) return;
      const before = buffer.size;
      buffer.insert(page.records.map(recordRow));
      const isFull = page.records.length > 0 && buffer.size === before;
      if (!isFull) cursor = page.cursor;
      onRows();
      state.set({ older: isFull ? 'full' : cursor === null ? 'none' : 'some' });
    } catch {
      if (!signal.aborted) state.set({ older: 'failed' });
    }
  }

  async function readForward(range: { from: string; to: string }, pages: number): Promise<boolean> {
    let next: string | undefined;
    for (let i = 0; i < pages; i += 1) {
      const params = { q, ...range, order: 'asc' as const, limit: FORWARD_PAGE };
      const page = await fetchLogs(next === undefined ? params : { ...params, cursor: next }, signal);
      if (signal.aborted) return true;
      buffer.push(page.records.map(recordRow));
      if (page.cursor === null) return true;
      next = page.cursor;
    }
    return false;
  }

  return { loadNewest, loadOlder, readForward, isWhole: () => cursor === null };
}

/** Whatever went wrong, as an error the page can show. */
export const asApiError = (error: unknown): ApiError =>
  error instanceof ApiError
    ? error
    : new ApiError(0, {
        code: 'unexpected',
        message: error instanceof Error ? error.message : String(error),
      });
