/** One line of the engine's event stream → event. Pure. */
import type { EngineEvent } from './engine.ts';
import { stampOfNanos } from './stamp.ts';

type EventAnswer = {
  Type?: string;
  Action?: string;
  Actor?: { ID?: string; Attributes?: Record<string, string> | null };
};

/** JSON.parse rounds nanoseconds; inside a JSON string the quote before the colon would be escaped, so this finds the key. */
const TIME_NANO = /"timeNano":(\d{10,19})(?=[,}\s])/;

/** Null for what is no event of a container, and for text that is no event at all. */
export function parseEngineEvent(line: string): EngineEvent | null {
  const nanos = TIME_NANO.exec(line)?.[1];
  const answer = parseJson(line);
  const id = answer?.Actor?.ID;
  if (nanos === undefined || answer?.Type !== 'container' || id === undefined || !answer.Action) return null;
  const [action = '', ...detail] = answer.Action.split(': ');
  return {
    stamp: stampOfNanos(nanos),
    action,
    detail: detail.length === 0 ? null : detail.join(': '),
    containerId: id,
    attributes: answer.Actor?.Attributes ?? {},
  };
}

function parseJson(line: string): EventAnswer | null {
  try {
    return JSON.parse(line) as EventAnswer | null;
  } catch {
    return null;
  }
}
