/** What the server behind the store refused: kept, with the reason, until somebody stores it again. */
import { Type, type Static } from 'typebox';

export const DeadLetter = Type.Object({
  id: Type.String(),
  /** When it was refused, ISO. */
  at: Type.String(),
  /** The index it was meant for. */
  index: Type.String(),
  /** Kind of error and its text, as the server gave them. */
  type: Type.String(),
  reason: Type.String(),
  /** The document as JSON, or the beginning of it where it was too large even for a dead letter: then it cannot be stored again. */
  document: Type.String(),
  isCut: Type.Boolean(),
});
export type DeadLetter = Static<typeof DeadLetter>;

export const DeadLetterList = Type.Object({ total: Type.Integer(), letters: Type.Array(DeadLetter) });
export type DeadLetterList = Static<typeof DeadLetterList>;

/** `stored`: in the store now, and the letters are gone. `refused`: once more, and the letters stay. */
export const DeadLetterReplay = Type.Object({ stored: Type.Integer(), refused: Type.Integer() });
export type DeadLetterReplay = Static<typeof DeadLetterReplay>;

/** `ids` absent: all. */
export const DeadLetterReplayRequest = Type.Object({
  ids: Type.Optional(Type.Array(Type.String(), { maxItems: 1_000 })),
});
export type DeadLetterReplayRequest = Static<typeof DeadLetterReplayRequest>;

/** The box of a store, opened by its settings alone: no indexer has to run. Close it afterwards. */
export type DeadLetterDesk = {
  list: (limit: number) => Promise<DeadLetterList>;
  /** `ids` absent: all. */
  replay: (ids?: readonly string[]) => Promise<DeadLetterReplay>;
  close: () => Promise<void>;
};
