/** Common and combined access logs: nginx, Apache, Caddy, Traefik, gunicorn, werkzeug, http.server, uvicorn behind a name. */
import { createdOfCommonLog } from '../app-time.ts';
import type { Parsed } from '../parsed.ts';
import {
  isMethod,
  setBytes,
  setLevelByStatus,
  setRequest,
  setStatus,
  sourceOf,
  urlOf,
} from '../read-http.ts';
import type { Format } from './format.ts';

/** Whatever stands before ` [time] "request" status size`, then perhaps `"referrer" "agent"`. */
const COMMON =
  /^([^"[\]]{3,300}) \[([^\]]{19,32})\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?/;

export const accessLog: Format = text => {
  const match = COMMON.exec(text);
  if (match === null) return null;
  const [, peer = '', time = '', request = '', status = '', bytes = '', referrer, agent] = match;
  const parsed: Parsed = { message: text, created: createdOfCommonLog(time) };
  const tokens = peer.split(' ');
  readRequest(parsed, request);
  if (!setStatus(parsed, Number(status))) return null;
  if (bytes !== '-') setBytes(parsed, Number(bytes));
  setLevelByStatus(parsed, Number(status));
  parsed.source = peerOf(tokens);
  const app = appOf(tokens, referrer, agent);
  if (app !== undefined) parsed.app = app;
  return parsed;
};

/** What ECS has names for but our records do not; `-` is how these logs say "none". */
function appOf(tokens: string[], referrer = '-', agent = '-'): Record<string, string> | undefined {
  const named = { user: tokens.length >= 3 ? tokens.at(-1) : '-', referrer, user_agent: agent };
  const app: Record<string, string> = {};
  for (const [name, value] of Object.entries(named)) {
    if (value !== undefined && value !== '-' && value !== '') app[name] = value;
  }
  return Object.keys(app).length > 0 ? app : undefined;
}

/** `GET /path HTTP/1.1`; what scanners send instead is left alone. */
export function readRequest(parsed: Parsed, request: string): void {
  const [method = '', target] = request.split(' ', 2);
  if (!isMethod(method)) return;
  setRequest(parsed, { method });
  if (target !== undefined) parsed.url = urlOf(target);
}

/** The address is the first token, or comes after the names that proxies and virtual hosts put before it. */
function peerOf(tokens: string[]): { ip: string } | undefined {
  for (const token of tokens.slice(0, 6)) {
    const source = /^[\d[a-f:]/i.test(token)
      ? sourceOf(token.slice(token.lastIndexOf('werkzeug:') + 1))
      : undefined;
    if (source !== undefined) return source;
  }
  return undefined;
}
