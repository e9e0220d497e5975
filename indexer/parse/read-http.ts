/** HTTP fields of a line, and what they are worth in one sentence. Also used by the access log formats. */
import { isIP } from 'node:net';
import { levelOfStatus } from './level.ts';
import type { Parsed } from './parsed.ts';
import { giveBack, take, type Reading, type Slot } from './reading.ts';

const METHODS = new Set(
  'GET HEAD POST PUT DELETE PATCH OPTIONS CONNECT TRACE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK REPORT PURGE'.split(
    ' ',
  ),
);

export const isMethod = (text: string): boolean => METHODS.has(text);

/** Reads method, URL, status, size, peer and request id; answers `GET /path 200` when it found a request. */
export function readHttp(reading: Reading, parsed: Parsed): string | undefined {
  const { method, url, status, bytes, ip, requestId, level } = reading.slots;
  take(reading, requestId, value => setRequest(parsed, { id: String(value) }));
  const verb = String(method?.value);
  const isRequest = method !== undefined && isMethod(verb);
  if (isRequest) setRequest(parsed, { method: verb });
  else if (method !== undefined) giveBack(reading, method);
  const counts = (slot: Slot | undefined) => slot !== undefined && (isRequest || !slot.place.isLoose);
  take(reading, url, value => counts(url) && typeof value === 'string' && (parsed.url = urlOf(value)));
  take(reading, status, value => counts(status) && setStatus(parsed, Number(value)));
  take(reading, bytes, value => counts(bytes) && setBytes(parsed, Number(value)));
  take(reading, ip, value => counts(ip) && (parsed.source = sourceOf(String(value))));
  const code = parsed.http?.response?.status_code;
  // Traefik writes every access line at level info; its status says more.
  const isTraefik = status?.place.name === 'DownstreamStatus';
  if (code !== undefined && (parsed.level === undefined || isTraefik)) setLevelByStatus(parsed, code);
  if (isTraefik && level !== undefined) giveBack(reading, level);
  return isRequest
    ? [verb, parsed.url?.original, code].filter(part => part !== undefined).join(' ')
    : undefined;
}

export function urlOf(original: string): NonNullable<Parsed['url']> {
  const end = original.search(/[?#]/);
  const beforeQuery = end < 0 ? original : original.slice(0, end);
  const path = beforeQuery.startsWith('/')
    ? beforeQuery
    : /^[a-z]{2,5}:\/\/[^/]*(\/.*)/s.exec(beforeQuery)?.[1];
  return path === undefined ? { original } : { original, path };
}

/** The peer's address without its port, or undefined for what is no address (or one with a zone, which stores refuse). */
export function sourceOf(text: string): { ip: string } | undefined {
  if (text.length > 60 || text.includes('%')) return undefined;
  if (isIP(text) !== 0) return { ip: text };
  const ip = text.replace(/:\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1');
  return isIP(ip) === 0 ? undefined : { ip };
}

export function setRequest(parsed: Parsed, request: { id?: string; method?: string }): true {
  const http = (parsed.http ??= {});
  http.request = http.request === undefined ? request : { ...http.request, ...request };
  return true;
}

export function setStatus(parsed: Parsed, status: number): boolean {
  if (!Number.isInteger(status) || status < 100 || status > 599) return false;
  ((parsed.http ??= {}).response ??= {}).status_code = status;
  return true;
}

export function setBytes(parsed: Parsed, bytes: number): boolean {
  if (!Number.isSafeInteger(bytes) || bytes < 0) return false;
  ((parsed.http ??= {}).response ??= {}).body = { bytes };
  return true;
}

export function setLevelByStatus(parsed: Parsed, status: number): void {
  parsed.level = levelOfStatus(status);
  parsed.levelSource = 'status';
}
