/** Which version of the engine's API is spoken. Pure. */
import { EngineError } from './engine-error.ts';

/** The newest whose list of changes was read: since the oldest, none touches what is asked and read here. */
const NEWEST_API_VERSION = '1.53';
/** Docker 20.10: the first in which `one-shot` spares each sample the engine's wait of two seconds. */
const OLDEST_API_VERSION = '1.41';

/**
 * The lower of the newest that both know, but never below the engine's own minimum (Docker 29 refuses what is older than 1.44).
 * Throws `EngineError` `too_old`.
 */
export function agreeOnVersion(newest = '', oldest = OLDEST_API_VERSION): string {
  if (!/^\d+\.\d+$/.test(newest))
    throw new EngineError(
      'refused',
      'what answers there does not say which API it speaks: is it a container engine?',
    );
  if (compareVersions(newest, OLDEST_API_VERSION) < 0)
    throw new EngineError(
      'too_old',
      `the engine speaks API ${newest} at most; ${OLDEST_API_VERSION} is needed (Docker 20.10, Podman 4.0, or newer)`,
    );
  const agreed = compareVersions(newest, NEWEST_API_VERSION) < 0 ? newest : NEWEST_API_VERSION;
  return compareVersions(agreed, oldest) < 0 ? oldest : agreed;
}

export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}
