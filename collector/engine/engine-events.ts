/** The engine's stream of events → events, a line each. Pure. Podman's names are turned into Docker's. */
import { StringDecoder } from 'node:string_decoder';
import { EngineError } from './engine-error.ts';
import type { EngineEvent } from './engine.ts';
import { stampOfNanos } from './stamp.ts';

type EventAnswer = {
  Type?: string;
  Action?: string;
  /** Podman says it beside the action, Docker in it. */
  HealthStatus?: string;
  Actor?: { ID?: string; Attributes?: Record<string, string> | null };
};

/** JSON.parse rounds nanoseconds; inside a JSON string the quote before the colon would be escaped, so this finds the key. */
const TIME_NANO = /"timeNano":(\d{10,19})(?=[,}\s])/;

const MAX_EVENT_CHARS = 1024 * 1024;
/** Podman → Docker. */
const DOCKER_ACTIONS: Partial<Record<string, string>> = { remove: 'destroy', died: 'die' };

/** Takes the bytes of the stream, however they are cut. Throws `EngineError` for an event without an end. */
export function createEventReader(onEvent: (event: EngineEvent) => void): (bytes: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return bytes => {
    const lines = (rest + decoder.write(bytes)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_EVENT_CHARS) throw new EngineError('broken_stream', 'an event without an end');
    for (const line of lines) {
      const event = parseEngineEvent(line);
      if (event !== null) onEvent(event);
    }
  };
}

/** Null for what is no event of a container, and for text that is no event at all. */
export function parseEngineEvent(line: string): EngineEvent | null {
  const nanos = TIME_NANO.exec(line)?.[1];
  const answer = parseJson(line);
  const id = answer?.Actor?.ID;
  if (nanos === undefined || answer?.Type !== 'container' || id === undefined || !answer.Action) return null;
  const [action = '', ...detail] = answer.Action.split(': ');
  return {
    stamp: stampOfNanos(nanos),
    action: DOCKER_ACTIONS[action] ?? action,
    detail: detail.length === 0 ? (answer.HealthStatus ?? null) : detail.join(': '),
    containerId: id,
    attributes: attributesOf(answer.Actor?.Attributes ?? {}),
  };
}

const attributesOf = (attributes: Record<string, string>): Record<string, string> => {
  const { containerExitCode, ...others } = attributes;
  return containerExitCode === undefined ? attributes : { exitCode: containerExitCode, ...others };
};

function parseJson(line: string): EventAnswer | null {
  try {
    return JSON.parse(line) as EventAnswer | null;
  } catch {
    return null;
  }
}
