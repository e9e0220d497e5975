/** What is done with the lines of one container between reading and sending, as its labels want it. */
import type { Line } from '../engine/lines.ts';
import { createPassing, createPatternJoiner, PATTERN_HOLD_MS } from '../engine/pattern-joiner.ts';
import { createTraceJoiner, type TraceJoiner } from '../engine/traces.ts';
import type { Wishes } from './labels/label-family.ts';

export type Treatment = {
  /** Makes what joins lines of one stream to records. */
  createJoiner: () => TraceJoiner;
  /** A line that may go on waits this long for the next one of its stream: more than the joiner's own gap in engine time. */
  holdMs: number;
  /** What becomes of a joined line; null: it is left out. Undefined: every line goes out as it is. */
  sift?: (line: Line) => Line | null;
};

/** Of a container whose labels ask for nothing: stack traces are joined, and no line is looked at again. */
export const PLAIN_TREATMENT: Treatment = { createJoiner: createTraceJoiner, holdMs: 100 };

export function treatmentOf(wishes: Wishes): Treatment {
  const sift = siftOf(wishes);
  return { ...joiningOf(wishes.joining?.value), ...(sift === null ? {} : { sift }) };
}

function joiningOf(joining: 'off' | NonNullable<Wishes['joining']>['value'] | undefined): Treatment {
  if (joining === undefined) return PLAIN_TREATMENT;
  if (joining === 'off') return { createJoiner: createPassing, holdMs: 0 };
  const { pattern, negate, side } = joining;
  const goesOn = (text: string): boolean => pattern.test(text) !== negate;
  return { createJoiner: () => createPatternJoiner({ goesOn, side }), holdMs: PATTERN_HOLD_MS };
}

/** What is left out is decided on the text as it was, what is masked is gone before anything is kept or sent. */
function siftOf({ include, exclude, masks }: Wishes): NonNullable<Treatment['sift']> | null {
  if (include === undefined && exclude === undefined && masks === undefined) return null;
  const [groups, unwanted, masked] = [include?.value ?? [], exclude?.value ?? [], masks?.value ?? []];
  return line => {
    if (!groups.every(group => group.some(pattern => pattern.test(line.text)))) return null;
    if (unwanted.some(pattern => pattern.test(line.text))) return null;
    const text = masked.reduce((before, { pattern, by }) => pattern.replace(before, by), line.text);
    return text === line.text ? line : { ...line, text };
  };
}
