/**
 * Whether the engine's stream of events still reaches us: it has no heartbeat, and a connection that died without a word looks like an
 * engine where nothing happens. So after a silence the containers are listed and compared with what the events have told.
 */
import type { Logger } from 'pino';
import { pause } from '../backoff.ts';
import { EngineError } from '../engine/engine-error.ts';
import type { Engine, ListedContainer } from '../engine/engine.ts';

export const LISTEN_CHECK_EVERY_MS = 45_000;
/** An event may be on its way. */
const GRACE_MS = 2_000;

export type HearingOptions = {
  engine: Pick<Engine, 'list' | 'inspect'>;
  everyMs: number;
  graceMs?: number;
  /** Ends the checking. */
  signal: AbortSignal;
  /** Whether it runs, as far as the events have told; undefined: not a container they have told of. */
  isRunning: (id: string) => boolean | undefined;
  knownIds: () => string[];
  /** How many events have come. */
  heard: () => number;
  log: Logger;
};

/** Resolves with true when something has happened that no event told, or the engine does not answer; with false when aborted. */
export async function untilDeaf(options: HearingOptions): Promise<boolean> {
  const { everyMs, signal, heard } = options;
  for (;;) {
    const before = heard();
    await pause(everyMs, signal);
    if (signal.aborted) return false;
    if (heard() === before && (await isDeaf(options))) return true;
  }
}

async function isDeaf(options: HearingOptions): Promise<boolean> {
  const { engine, signal, heard, log, graceMs = GRACE_MS } = options;
  const before = heard();
  try {
    const listed = await engine.list();
    if (suspects(listed, options).length === 0) return false;
    await pause(graceMs, signal);
    if (signal.aborted || heard() !== before) return false;
    for (const id of suspects(await engine.list(), options)) if (await isOtherwise(id, options)) return true;
    return false;
  } catch (cause) {
    log.debug({ err: cause }, 'containers could not be listed');
    return !signal.aborted;
  }
}

/** A container between two starts is listed as not running, and inspected as running: hence only suspects. */
function suspects(listed: ListedContainer[], { isRunning, knownIds }: HearingOptions): string[] {
  const ids = new Set(listed.map(({ id }) => id));
  const changed = listed.filter(({ id, running }) => isRunning(id) !== running).map(({ id }) => id);
  return [...changed, ...knownIds().filter(id => !ids.has(id))];
}

async function isOtherwise(id: string, { engine, isRunning }: HearingOptions): Promise<boolean> {
  try {
    return (await engine.inspect(id)).running !== isRunning(id);
  } catch (cause) {
    if (cause instanceof EngineError && cause.code === 'not_found') return isRunning(id) !== undefined;
    throw cause;
  }
}
