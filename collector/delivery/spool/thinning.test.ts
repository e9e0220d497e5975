import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WireLine } from '#contract/batch.ts';
import { createProgress } from '../../cursor/cursor.ts';
import { emptyContent } from '../pending-batch.ts';
import { PASSES, thin, type StoredBatch } from './thinning.ts';

const stamp = (n: number) => `2026-11-22T10:00:00.${String(n).padStart(9, '0')}Z`;
const named = (id: string) => ({ id, name: `name of ${id}`, image: { name: 'img' }, labels: {} });
const [debugFirst, loudFirst, everything] = PASSES['drop-debug-first'];

/** A batch of lines written as `container:text`, each a nanosecond after the one before. */
function batchOf(seq: number, ...lines: string[]): StoredBatch {
  const containers = [...new Set(lines.map(line => line.slice(0, 1)))].sort();
  const wire = lines.map((line, i): WireLine => [
    containers.indexOf(line.slice(0, 1)),
    1,
    stamp(seq * 100 + i),
    0,
    line.slice(2),
    0,
    line.length,
  ]);
  return {
    seq,
    note: { id: `b${seq}`, lines: lines.length, readAt: seq, spans: [], progress: createProgress() },
    content: { ...emptyContent(), containers: containers.map(named), lines: wire },
  };
}

const textsOf = (batches: StoredBatch[]) => batches.map(({ content }) => content.lines.map(line => line[4]));
const gapsOf = (batches: StoredBatch[]) =>
  batches.flatMap(({ content }) =>
    content.events.map(({ container, at, gap }) => ({ id: content.containers[container]?.id, at, ...gap })),
  );

describe('what is dropped', () => {
  it('is debug lines first', () => {
    const result = thin([batchOf(1, 'a:DEBUG x', 'a:y', 'b:level=trace z')], debugFirst!);
    expect(textsOf(result.batches)).toEqual([['y']]);
    expect(result).toMatchObject({ dropped: 2, gaps: 2 });
  });

  it('is then of those who wrote most, so that a quiet container does not pay for a noisy one', () => {
    const result = thin([batchOf(1, 'a:1', 'a:2', 'a:3', 'b:quiet'), batchOf(2, 'b:4', 'b:5')], loudFirst!);
    expect(textsOf(result.batches)).toEqual([['quiet'], []]);
    expect(gapsOf(result.batches)).toEqual([
      { id: 'a', at: stamp(102), from: stamp(100), to: stamp(102), lines: 3, reason: 'spool-full' },
      { id: 'b', at: stamp(201), from: stamp(200), to: stamp(201), lines: 2, reason: 'spool-full' },
    ]);
  });

  it('is told once, however often the same batches are thinned', () => {
    let batches = [batchOf(1, 'a:DEBUG 1', 'a:2', 'b:3'), batchOf(2, 'a:4')];
    let [dropped, gaps] = [0, 0];
    for (const pass of [debugFirst!, loudFirst!, everything!]) {
      const result = thin(batches, pass);
      ({ batches } = result);
      dropped += result.dropped;
      gaps += result.gaps;
    }
    expect(textsOf(batches)).toEqual([[], []]);
    expect(gapsOf(batches).map(({ id, lines }) => [id, lines])).toEqual([
      ['a', 3],
      ['b', 1],
    ]);
    expect([dropped, gaps]).toEqual([4, 2]);
  });

  it('leaves events and what a batch accounts for', () => {
    const batch = batchOf(1, 'a:1');
    batch.content.events.push({ container: 0, at: stamp(1), ordinal: 0, action: 'die' });
    batch.note.progress.eventsSince = stamp(1);
    const [thinned] = thin([batch], everything!).batches;
    expect(thinned?.content.events.map(({ action }) => action)).toEqual(['die', 'log-gap']);
    expect(thinned?.note.progress).toEqual(batch.note.progress);
  });

  it('and what is left are together what was there', () => {
    const line = fc
      .tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('DEBUG', 'x'))
      .map(parts => parts.join(':'));
    const passes = fc.array(fc.constantFrom(debugFirst!, loudFirst!, everything!), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 8 }), { maxLength: 4 }), passes, (texts, choosers) => {
        let batches = texts.map((lines, i) => batchOf(i + 1, ...lines));
        let dropped = 0;
        for (const chooser of choosers) {
          const result = thin(batches, chooser);
          ({ batches } = result);
          dropped += result.dropped;
        }
        const left = batches.reduce((sum, { note }) => sum + note.lines, 0);
        expect(left).toBe(textsOf(batches).flat().length);
        expect(left + dropped).toBe(texts.flat().length);
        expect(gapsOf(batches).reduce((sum, { lines = 0 }) => sum + lines, 0)).toBe(dropped);
      }),
    );
  });
});
