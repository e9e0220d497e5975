/** Writes a segment of the spool anew without the lines that are to go. */
import { decodeContent, emptyContent, encodeContent } from '../pending-batch.ts';
import type { Place, Segment, Spool } from './spool.ts';
import { thin, type LineChooser, type StoredBatch } from './thinning.ts';

export type Thinnable = { readonly seq: number; place: Place | null; isSending: boolean; isSettled: boolean };

export type Thinned<B extends Thinnable> = {
  batches: { batch: B; lines: number; place: Place }[];
  /** How many were dropped, and how many gap events were put in their place. */
  lines: number;
  gaps: number;
};

/**
 * `batches`: all of the segment that are not settled in turn, in order. Those on their way stay as they are; of those acknowledged out
 * of turn what they account for stays. Null, and nothing has changed, when a batch cannot be read or the segment cannot be written.
 */
export function thinSegment<B extends Thinnable>(options: {
  spool: Spool;
  segment: Segment;
  batches: readonly B[];
  chooser: LineChooser;
}): Thinned<B> | null {
  const { spool, segment, batches, chooser } = options;
  const stored: StoredBatch[] = [];
  for (const { seq, place, isSettled } of batches) {
    const read = place && spool.read(place);
    if (read === null) return null;
    stored.push({ seq, note: read.note, content: isSettled ? emptyContent() : decodeContent(read.body) });
  }
  const mayGo = (_: StoredBatch, i: number) => batches[i]?.isSending === false && !batches[i].isSettled;
  const { batches: thinned, dropped, gaps } = thin(stored.filter(mayGo), chooser);
  const bySeq = new Map(thinned.map(batch => [batch.seq, batch]));
  const result = stored.map(batch => bySeq.get(batch.seq) ?? batch);
  const places = spool.rewrite(
    segment,
    result.map(({ seq, note, content }) => ({ seq, note, body: encodeContent(content) })),
  );
  if (places === null) return null;
  return {
    lines: dropped,
    gaps,
    batches: batches.flatMap((batch, i) => {
      const [place, now] = [places[i], result[i]];
      return place && now ? [{ batch, place, lines: now.note.lines }] : [];
    }),
  };
}
