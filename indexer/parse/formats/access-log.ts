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

/** Text in quotes, where a backslash escapes; written so that plain runs are taken whole. */
const QUOTED = String.raw`"([^"\\]*(?:\\.[^"\\]*)*)"`;
/** Whatever stands before ` [time] "request" status size`, then perhaps `"referrer" "agent"`. */
const COMMON = new RegExp(
  String.raw`^([^"[\]]{3,300}) \[([^\]]{19,32})\] ${QUOTED} (\d{3}) (\d+|-)(?: ${QUOTED} ${QUOTED})?`,
);

export const accessLog: Format = text => {
  if (!text.includes('] "')) return null;
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
  const app: Record<string, string> = {};
  const user = tokens.length >= 3 ? tokens.at(-1) : undefined;
  if (user !== undefined && user !== '-') app.user = user;
  if (referrer !== '-' && referrer !== '') app.referrer = referrer;
  if (agent !== '-' && agent !== '') app.user_agent = agent;
  for (const _ in app) return app;
  return undefined;
}

/** `GET /path HTTP/1.1`; what scanners send instead is left alone. */
export function readRequest(parsed: Parsed, request: string): void {
  const [method = '', target] = request.split(' ', 2);
  if (!isMethod(method)) return;
  setRequest(parsed, { method });
  if (target !== undefined) parsed.url = urlOf(target);
}

/** The address is the first token, or comes after the names that proxies, virtual hosts and loggers put before it. */
function peerOf(tokens: string[]): { ip: string } | undefined {
  for (const token of tokens.slice(0, 6)) {
    const source =
      sourceOf(token) ?? (token.startsWith('INFO:') ? sourceOf(token.replace(LOGGER, '')) : undefined);
    if (source !== undefined) return source;
  }
  return undefined;
}

/** How python's logging begins a line unless told otherwise. */
const LOGGER = /^INFO:\w{1,40}:/;
