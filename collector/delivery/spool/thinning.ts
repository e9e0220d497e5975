/**
 * Which lines of spooled batches go when there is no room for new ones, and how that is told. Pure.
 * Events, samples and states stay: they are few. What was dropped stands as `log-gap` events in one of the batches it was dropped from.
 */
import type { WireEvent, WireLine } from '#contract/batch.ts';
import type { SpoolPolicy } from '#contract/constants.ts';
import type { BatchNote, Span } from '../batch-note.ts';
import type { BatchContent } from '../pending-batch.ts';
import { isPlainlyDebug } from './plainly-debug.ts';

/** Given the lines of a batch, which of them may go. */
export type LineChooser = (lines: readonly WireLine[]) => (line: WireLine) => boolean;

const debugLines: LineChooser = () => line => isPlainlyDebug(line[4]);

/** Lines of the containers that wrote no less than their equal share: a quiet one does not pay for a noisy one. */
const loudLines: LineChooser = lines => {
  const counts = new Map<number, number>();
  for (const [container] of lines) counts.set(container, (counts.get(container) ?? 0) + 1);
  const share = lines.length / counts.size;
  return line => (counts.get(line[0]) ?? 0) >= share;
};

const allLines: LineChooser = () => () => true;

/** One after the other over all that is spooled, oldest first, until there is room. */
export const PASSES: Record<SpoolPolicy, readonly LineChooser[]> = {
  block: [],
  'drop-oldest': [loudLines, allLines],
  'drop-debug-first': [debugLines, loudLines, allLines],
};

export type StoredBatch = { seq: number; note: BatchNote; content: BatchContent };

/** The batches without what goes, and how many lines and gaps that makes. `batches`: of one segment, in order. */
export function thin(
  batches: readonly StoredBatch[],
  chooser: LineChooser,
): { batches: StoredBatch[]; dropped: number; gaps: number } {
  const gone = new Map<string, Span>();
  const thinned = batches.map(batch => thinBatch(batch, chooser(batch.content.lines), gone));
  const dropped = thinned.reduce((sum, { note }, i) => sum + (batches[i]?.note.lines ?? 0) - note.lines, 0);
  const before = gapsIn(batches);
  const last = thinned.at(-1);
  if (last !== undefined)
    last.content.events.push(...[...gone.values()].map(span => toEvent(last.content, span, batches)));
  return { batches: thinned, dropped, gaps: gapsIn(thinned) - before };
}

const isTold = ({ gap }: WireEvent): boolean => gap?.reason === 'spool-full';

const gapsIn = (batches: readonly StoredBatch[]): number =>
  batches.reduce((sum, { content }) => sum + content.events.filter(isTold).length, 0);

function thinBatch(
  { seq, note, content }: StoredBatch,
  goes: (line: WireLine) => boolean,
  gone: Map<string, Span>,
) {
  const kept: WireLine[] = [];
  const spans = new Map<string, Span>();
  for (const line of content.lines) {
    const id = content.containers[line[0]]?.id ?? '';
    const isKept = !goes(line);
    if (isKept) kept.push(line);
    addTo(isKept ? spans : gone, { id, lines: 1, from: line[2], to: line[2] });
  }
  // What an earlier pass told of the same lines' neighbours becomes one with what this one tells.
  const events = content.events.filter(event => !foldsInto(gone, event, content));
  return {
    seq,
    note: { ...note, lines: kept.length, spans: [...spans.values()] },
    content: { ...content, containers: [...content.containers], lines: kept, events },
  };
}

function foldsInto(gone: Map<string, Span>, event: WireEvent, { containers }: BatchContent): boolean {
  const { container, gap } = event;
  if (gap === undefined || !isTold(event)) return false;
  addTo(gone, { id: containers[container]?.id ?? '', lines: gap.lines ?? 0, from: gap.from, to: gap.to });
  return true;
}

function addTo(spans: Map<string, Span>, { id, lines, from, to }: Span): void {
  const span = spans.get(id);
  if (span === undefined) spans.set(id, { id, lines, from, to });
  else {
    span.lines += lines;
    if (from < span.from) span.from = from;
    if (to > span.to) span.to = to;
  }
}

function toEvent(
  content: BatchContent,
  { id, lines, from, to }: Span,
  batches: readonly StoredBatch[],
): WireEvent {
  let container = content.containers.findIndex(one => one.id === id);
  if (container === -1) {
    const named = batches.flatMap(batch => batch.content.containers).find(one => one.id === id);
    container = content.containers.push(named ?? { id, name: '', image: { name: '' }, labels: {} }) - 1;
  }
  return { container, at: to, ordinal: 0, action: 'log-gap', gap: { from, to, lines, reason: 'spool-full' } };
}
