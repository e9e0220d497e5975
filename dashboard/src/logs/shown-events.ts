/** The container events of a session: all of its range for flags and counting, and those of them that are rows now. */
import type { ContainerEvent } from '#contract/container-event.ts';
import { createEventFilter } from './event-filter.ts';
import { worthARow } from './event-words.ts';
import type { LogBuffer } from './log-buffer.ts';
import { eventRow } from './log-row-types.ts';
import type { StateHolder } from './session-state.ts';

export const EVENTS_LIMIT = 1_000;

export type ShownEvents = {
  /** Takes in those of containers the query does not rule out; the state then holds them all. */
  add: (events: readonly ContainerEvent[]) => void;
  /** Puts the rows into the buffer that belong there now, and takes out those that do not. */
  place: () => void;
  setVisible: (isVisible: boolean) => void;
};

type ShownEventsParts = {
  q: string;
  buffer: LogBuffer;
  state: StateHolder;
  /** Whether the oldest line shown is the oldest of the range. */
  isWhole: () => boolean;
};

export function createShownEvents({ q, buffer, state, isWhole }: ShownEventsParts): ShownEvents {
  const concerns = createEventFilter(q);
  let isVisible = true;

  function place(): void {
    // Events older than the oldest line read so far wait until that part of the past is on screen.
    const first = isWhole() ? '' : (firstLine(buffer) ?? '~');
    const rows = isVisible
      ? worthARow(state.get().events)
          .map(eventRow)
          .filter(row => row.id >= first)
      : [];
    const wanted = new Set(rows.map(row => row.id));
    buffer.remove(row => row.kind === 'event' && !wanted.has(row.id));
    buffer.push(rows.filter(row => !isSame(buffer, row)));
  }

  return {
    add(more) {
      const byId = new Map(state.get().events.map(event => [event.event.id, event]));
      for (const event of more) if (concerns(event)) byId.set(event.event.id, event);
      const events = [...byId.values()]
        .sort((a, b) => (a.event.id < b.event.id ? -1 : 1))
        .slice(-EVENTS_LIMIT);
      state.set({ events });
      place();
    },
    place,
    setVisible(next) {
      isVisible = next;
      place();
    },
  };
}

/** The oldest row that is a line. */
function firstLine(buffer: LogBuffer): string | undefined {
  for (let i = 0; i < buffer.size; i += 1) {
    const row = buffer.at(i);
    if (row?.kind === 'record') return row.id;
  }
  return undefined;
}

function isSame(buffer: LogBuffer, row: ReturnType<typeof eventRow>): boolean {
  const shown = buffer.at(Math.max(0, buffer.indexOf(row.id)));
  return shown?.kind === 'event' && shown.event === row.event;
}
