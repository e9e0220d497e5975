/** Where the engine listens: `DOCKER_HOST` as people write it. */
import { EngineError } from './engine-error.ts';

export type EngineAddress = { socketPath: string } | { host: string; port: number };

/** `unix:///path` or `tcp://host:port`. Throws `EngineError` `bad_address` for anything else. */
export function parseEngineAddress(dockerHost: string): EngineAddress {
  if (dockerHost.startsWith('unix://') && dockerHost.length > 'unix://'.length)
    return { socketPath: dockerHost.slice('unix://'.length) };
  const url = URL.parse(dockerHost.replace(/^tcp:/, 'http:'));
  if (dockerHost.startsWith('tcp://') && url !== null && url.hostname !== '')
    return { host: url.hostname, port: Number(url.port || 2375) };
  throw new EngineError(
    'bad_address',
    `DOCKER_HOST=${dockerHost} is not an address of an engine: use unix:///path/docker.sock or tcp://host:port`,
  );
}
