/**
 * The only requests this program ever makes of an engine: GET on these paths. The engine's API is root on its host, so the list
 * is closed, every request passes `enginePath`, and no other verb is written anywhere.
 */
import { EngineError } from './engine-error.ts';

/** Every path, `{id}` standing for a container id. */
export const ENGINE_PATHS = [
  '/version',
  '/info',
  '/events',
  '/containers/json',
  '/containers/{id}/json',
  '/containers/{id}/logs',
  '/containers/{id}/stats',
  '/containers/{id}/attach/ws',
] as const;
export type EnginePath = (typeof ENGINE_PATHS)[number];

export const ENGINE_METHOD = 'GET';

const CONTAINER_ID = /^[0-9a-f]{64}$/;

/**
 * Path and query of one request. `apiVersion` as in `1.41`; null only before it is agreed upon. Throws `EngineError` for a path
 * that is not listed, an id that is none, and an attach that does not leave stdin alone.
 */
export function enginePath(path: EnginePath, request: PathRequest): string {
  if (!ENGINE_PATHS.includes(path)) throw new EngineError('refused', 'this path is not asked of an engine');
  if (path.includes('{id}') && !CONTAINER_ID.test(request.id ?? ''))
    throw new EngineError('not_found', 'not a container id');
  if (path.includes('/attach') && request.query?.stdin !== '0')
    throw new EngineError('refused', 'stdin is never attached to');
  const version = request.apiVersion === null ? '' : `/v${request.apiVersion}`;
  const query = new URLSearchParams(request.query).toString();
  return version + path.replace('{id}', request.id ?? '') + (query === '' ? '' : `?${query}`);
}

/** The entry of the list that such a path is of, for people. */
export const listedPath = (path: string): string =>
  path.replace(/^\/v[\d.]+(?=\/)/, '').replace(/\?.*$/, '').replace(/[0-9a-f]{64}/, '{id}'); // prettier-ignore

export type PathRequest = { apiVersion: string | null; id?: string; query?: Record<string, string> };
