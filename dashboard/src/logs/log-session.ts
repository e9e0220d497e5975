/**
 * One question and its answer as it grows: history, older pages and the live tail in one LogBuffer. It subscribes first
 * and reads second, and rows merge by id, so history and tail join without a gap or a double; after a lost connection
 * it reads what came in between. Plain TypeScript: React only draws its state.
 */
import type { EventList } from '#contract/query.ts';
import type { LiveSocket } from '../api/live-socket.ts';
import { actionOf } from './event-filter.ts';
import { asApiError, createHistory, type FetchLogs, type History } from './history.ts';
import { startLiveTail, type Clock } from './live-tail.ts';
import { LogBuffer } from './log-buffer.ts';
import { stampOf, type SkippedRow } from './log-row-types.ts';
import { createStateHolder, type SessionState, type StateHolder } from './session-state.ts';
import { createShownEvents, EVENTS_LIMIT, type ShownEvents } from './shown-events.ts';

export type Question = { q: string; from: string; to: string; live: boolean };

export type SessionDeps = {
  fetchLogs: FetchLogs;
  fetchEvents: (
    params: { from: string; to: string; limit: number; action?: string },
    signal: AbortSignal,
  ) => Promise<EventList>;
  live: Pick<LiveSocket, 'subscribe'>;
  clock: Clock;
};

export type LogSession = {
  question: Question;
  buffer: LogBuffer;
  state: () => SessionState;
  subscribe: (listener: () => void) => () => void;
  showEvents: (isVisible: boolean) => void;
  loadOlder: () => Promise<void>;
  /** Reads the lines the server skipped; the row leaves when all of them are here. */
  loadSkipped: (row: SkippedRow) => Promise<void>;
  /** Loads older pages until the row with this id is here, if it is not far: for a link to a line. */
  seek: (id: string) => Promise<void>;
  pause: () => void;
  resume: () => void;
  rate: () => number;
  close: () => void;
};

/** How long the first page waits for the subscription: a page without a tail is better than none. */
const SUBSCRIBE_WAIT_MS = 1_500;
/** A line may arrive after others with later stamps, so what a lost connection missed is read from a bit before. */
const OVERLAP_MS = 60_000;
/** Beyond so many missed pages the list starts anew at the newest lines; the older ones load on scrolling up. */
const CATCH_UP_PAGES = 10;
const SEEK_PAGES = 20;

export function createLogSession(question: Question, deps: SessionDeps): LogSession {
  const buffer = new LogBuffer();
  const state = createStateHolder();
  const abort = new AbortController();
  const { fetchLogs } = deps;
  const history: History = createHistory({
    question,
    fetchLogs,
    buffer,
    state,
    signal: abort.signal,
    onRows: () => events.place(),
  });
  const events: ShownEvents = createShownEvents({
    q: question.q,
    buffer,
    state,
    isWhole: history.isWhole,
  });
  const parts = { question, deps, buffer, state, history, events, signal: abort.signal };
  const tail = question.live ? startTail(parts) : (begin(parts), undefined);
  return {
    question,
    buffer,
    state: state.get,
    subscribe: state.subscribe,
    showEvents: events.setVisible,
    loadOlder: history.loadOlder,
    async loadSkipped(row) {
      const isWhole = await history.readForward({ from: row.from, to: row.to }, CATCH_UP_PAGES);
      if (isWhole) buffer.remove(other => other.id === row.id);
    },
    seek: id => seek(parts, id),
    pause: () => buffer.hold(),
    resume() {
      // What did not fit the hold is in the store: the list starts anew at the newest lines.
      if (buffer.release() > 0) startAnew(parts);
    },
    rate: () => tail?.rate() ?? 0,
    close() {
      abort.abort();
      tail?.end();
    },
  };
}

/** Ids sort by time: what is older than the oldest row may be on an older page, anything else is not to be found. */
async function seek({ buffer, history, state }: Parts, id: string): Promise<void> {
  for (let page = 0; page < SEEK_PAGES; page += 1) {
    const oldest = buffer.at(0);
    if (!oldest || id >= oldest.id || state.get().older !== 'some') return;
    await history.loadOlder();
  }
}

type Parts = {
  question: Question;
  deps: SessionDeps;
  buffer: LogBuffer;
  state: StateHolder;
  history: History;
  events: ShownEvents;
  signal: AbortSignal;
};

function begin(parts: Parts): void {
  void parts.history.loadNewest();
  void loadEvents(parts);
}

function startAnew(parts: Parts): void {
  parts.buffer.clear();
  begin(parts);
}

async function loadEvents({ question, deps, events, signal }: Parts): Promise<void> {
  const { from, to } = question;
  const action = actionOf(question.q);
  const asked = { from, to, limit: EVENTS_LIMIT, ...(action !== undefined && { action }) };
  // Without events the lines are still worth showing; the next reconnect asks again.
  const answer = await deps.fetchEvents(asked, signal).catch(() => undefined);
  if (answer && !signal.aborted) events.add(answer.events);
}

/** Subscribes, and reads the history once the server says that it pushes. */
function startTail(parts: Parts): { rate: () => number; end: () => void } {
  const { question, deps, buffer, state, events } = parts;
  let hasBegun = false;
  const onReady = () => {
    if (hasBegun) {
      void catchUp(parts);
      return;
    }
    hasBegun = true;
    cancelWait();
    begin(parts);
  };
  const cancelWait = deps.clock.after(SUBSCRIBE_WAIT_MS, onReady);
  const tail = startLiveTail({ q: question.q, live: deps.live, buffer, state, clock: deps.clock, onReady });
  const endEvents = deps.live.subscribe({ topic: 'events' }, { onPush: push => events.add(push.items) });
  return {
    rate: tail.rate,
    end() {
      cancelWait();
      tail.end();
      endEvents();
    },
  };
}

/** Everything since the newest line we have, so that no hole is ever shown as none. */
async function catchUp(parts: Parts): Promise<void> {
  const { buffer, state, history, signal } = parts;
  const newest = buffer.newest();
  if (state.get().phase !== 'ready' || !newest) {
    begin(parts);
    return;
  }
  const from = new Date(Date.parse(stampOf(newest)) - OVERLAP_MS).toISOString();
  try {
    if (await history.readForward({ from, to: 'now' }, CATCH_UP_PAGES)) void loadEvents(parts);
    else startAnew(parts);
  } catch (error) {
    if (!signal.aborted) state.set({ error: asApiError(error) });
  }
}
