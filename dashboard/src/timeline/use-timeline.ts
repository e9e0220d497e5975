import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api } from '../api/client.ts';
import { useLive } from '../api/use-live.ts';
import type { TimeRange } from '../logs/time-range.ts';
import { isMoving } from './time-range.ts';

/** A burst of events (a deploy, a crash loop) is one question. */
const ASK_AGAIN_AFTER_MS = 800;
/** The right edge moves: asked again after a small part of the range, within these bounds. */
const MOVE_EVERY_MS = { least: 5_000, most: 60_000, parts: 360 };

/** The timeline of a range; keeps the old one while the new one loads, and asks again when something happens. */
export function useTimeline(range: TimeRange, spanMs: number) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['timeline', range.from, range.to],
    queryFn: ({ signal }) => api.timeline(range, signal),
    placeholderData: keepPreviousData,
    refetchInterval: isMoving(range) ? moveEveryMs(spanMs) : false,
  });
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const askSoon = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void client.invalidateQueries({ queryKey: ['timeline'] });
      void client.invalidateQueries({ queryKey: ['story'] });
    }, ASK_AGAIN_AFTER_MS);
  };
  useLive({ topic: 'events' }, { onPush: askSoon, onReady: askSoon });
  useLive({ topic: 'containers' }, { onPush: askSoon });
  return query;
}

const moveEveryMs = (spanMs: number): number =>
  Math.min(MOVE_EVERY_MS.most, Math.max(MOVE_EVERY_MS.least, spanMs / MOVE_EVERY_MS.parts));
