/** Rows of the timeline: a bar for what a container was, a mark for what happened to it. Pure. */
import type { Container } from '#contract/container.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { Timeline } from '#contract/query.ts';
import { toStamp } from '#contract/stamp.ts';
import { buildMarks } from './event-marks.ts';
import { buildBars, type Gap, type Span } from './state-bars.ts';

type Row = Timeline['rows'][number];

export type TimelineInput = {
  containers: readonly Container[];
  /** Those of the span, `die` with their deaths. */
  events: readonly ContainerEvent[];
  span: Span;
  /** Times when nobody watched a host. */
  silences: readonly (Gap & { hostId: string })[];
};

export function buildTimeline({ containers, events, span, silences }: TimelineInput): Timeline {
  const eventsById = new Map<string, ContainerEvent[]>();
  for (const event of events) {
    const list = eventsById.get(event.container.id);
    if (list) list.push(event);
    else eventsById.set(event.container.id, [event]);
  }
  const known = new Map(containers.map(container => [container.id, container]));
  const ids = new Set([...known.keys(), ...eventsById.keys()]);
  const rows = [...ids].flatMap(id => {
    const row = buildRow(known.get(id), eventsById.get(id) ?? [], { span, silences });
    return row && row.bars.length + row.marks.length > 0 ? [row] : [];
  });
  return { from: span.from, to: span.to, rows: rows.sort(byPlace) };
}

function buildRow(
  container: Container | undefined,
  events: readonly ContainerEvent[],
  { span, silences }: Pick<TimelineInput, 'span' | 'silences'>,
): Row | null {
  if (container && !isWithin(container, events, span)) return null;
  const identity = container ? identityOf(container) : identityByEvent(events.at(-1));
  if (!identity) return null;
  const { hostId, ...shown } = identity;
  const gaps = silences.filter(silence => silence.hostId === hostId);
  return { ...shown, bars: buildBars(container, events, { span, gaps }), marks: buildMarks(events) };
}

/** It was there at some time of the span. */
function isWithin(container: Container, events: readonly ContainerEvent[], { from, to }: Span): boolean {
  if (events.length > 0) return true;
  const isGone = container.state === 'removed' && toStamp(container.observedAt) < from;
  return !isGone && toStamp(container.createdAt) < to;
}

type Identity = Omit<Row, 'bars' | 'marks'> & { hostId: string };

function identityOf({ id, name, image, host, hostId, compose, state }: Container): Identity {
  const removed = state === 'removed';
  return { container: { id, name, image }, host, hostId, project: compose?.project ?? null, removed };
}

/** A container that the inventory has forgotten. */
function identityByEvent(event: ContainerEvent | undefined): Identity | null {
  if (!event) return null;
  const { id, name, image } = event.container;
  return {
    container: { id, name, image: image.tag === undefined ? image.name : `${image.name}:${image.tag}` },
    host: event.host.name,
    hostId: event.host.id,
    project: event.compose?.project ?? null,
    removed: true,
  };
}

function byPlace(a: Row, b: Row): number {
  const place = ({ project, container, bars }: Row) =>
    [project ?? '\uffff', container.name, bars[0]?.from ?? '', container.id].join('\u0000');
  return place(a) < place(b) ? -1 : 1;
}
