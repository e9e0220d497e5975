/** Where the engine listens: `DOCKER_HOST` as people write it. Pure. */
import { isIPv4 } from 'node:net';
import { EngineError } from './engine-error.ts';

/** `tls`: what is said over the connection is encrypted, and the engine proves who it is. */
export type EngineAddress = { socketPath: string } | { host: string; port: number; tls: boolean };

const PLAIN_PORT = 2375;
const TLS_PORT = 2376;
const HTTPS_PORT = 443;

/**
 * `unix:///path`, `tcp://host:port` (over TLS when `tlsVerify` is neither empty nor `0`) or `https://host:port`. Throws
 * `EngineError` `bad_address` for anything else.
 */
export function parseEngineAddress(dockerHost: string, tlsVerify = ''): EngineAddress {
  if (/^unix:\/\/./.test(dockerHost)) return { socketPath: dockerHost.slice('unix://'.length) };
  if (dockerHost.startsWith('ssh://')) throw new EngineError('bad_address', noSsh(dockerHost));
  const scheme = /^(tcp|https):\/\//.exec(dockerHost)?.[1];
  // As http: the rules for hosts and ports are those of the web, but no port is taken for granted and left out.
  const url = scheme === undefined ? null : URL.parse(dockerHost.replace(scheme, 'http'));
  if (url === null || !isBare(url))
    throw new EngineError(
      'bad_address',
      `DOCKER_HOST=${dockerHost} is not an address of an engine: use unix:///path/docker.sock, tcp://host:port or https://host:port`,
    );
  const tls = scheme === 'https' || (tlsVerify !== '' && tlsVerify !== '0');
  const usual = scheme === 'https' ? HTTPS_PORT : tls ? TLS_PORT : PLAIN_PORT;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: portOf(dockerHost) ?? usual, tls };
}

/** Null when nobody on the network can read along or join in. */
export function exposureOf(address: EngineAddress): string | null {
  if ('socketPath' in address || address.tls || isLoopback(address.host)) return null;
  return (
    `the engine at ${address.host}:${address.port} is asked without TLS: whoever reaches that port is root on its host, unless an allow-list stands before it. ` +
    'Set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or run the collector on that host with its socket'
  );
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

const noSsh = (dockerHost: string): string =>
  `DOCKER_HOST=${dockerHost}: an engine is not read over ssh, which would need a session for each container that is followed. ` +
  'Run a collector on that host instead, and tell it where the indexer is (QUAYLOG_INDEXER_URL)';

const isBare = ({ hostname, username, password, pathname, search, hash }: URL): boolean =>
  hostname !== '' && `${username}${password}${search}${hash}` === '' && pathname === '/';

/** `URL` forgets a port that is usual for its scheme. */
function portOf(dockerHost: string): number | null {
  const port = /:(\d{1,5})\/?$/.exec(dockerHost)?.[1];
  return port === undefined ? null : Number(port);
}
