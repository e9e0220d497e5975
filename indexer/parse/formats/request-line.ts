/** One request a line without an access log's time: uvicorn, morgan (dev), gin, envoy. */
import { createdOf } from '../app-time.ts';
import type { Parsed } from '../parsed.ts';
import { setBytes, setLevelByStatus, setRequest, setStatus, sourceOf, urlOf } from '../read-http.ts';
import { readRequest } from './access-log.ts';
import type { Format } from './format.ts';

type Groups = Partial<Record<'ip' | 'request' | 'method' | 'url' | 'status' | 'bytes' | 'time', string>>;

const UVICORN = /^INFO: {2,8}(?<ip>\S{3,60}) - "(?<request>[^"]*)" (?<status>\d{3})(?: |$)/;
const MORGAN = /^(?<method>[A-Z]{3,9}) (?<url>\S+) (?<status>\d{3}) [\d.]+ ?ms(?: - (?<bytes>\d+|-))?\s*$/;
const GIN =
  /^\[GIN\] [\d/]{10} - [\d:]{8} \| {0,3}(?<status>\d{3}) ?\| {0,20}[\w.µ]{1,20} ?\| {0,40}(?<ip>\S{3,45}) ?\| {0,3}(?<method>[A-Z]{3,9}) {1,10}"(?<url>[^"]*)"/;
const ENVOY =
  /^\[(?<time>[\dT:.-]{19,26}Z)\] "(?<request>[^"]*)" (?<status>\d{3}) \S+ .{0,200}? \d+ (?<bytes>\d+) \d+ /;
const SHAPES = [UVICORN, MORGAN, GIN, ENVOY];

export const requestLine: Format = text => {
  const first = text.charCodeAt(0);
  // All of them begin with `[` or a capital.
  if (first !== 91 && !(first >= 65 && first <= 90)) return null;
  for (const shape of SHAPES) {
    const groups = shape.exec(text)?.groups as Groups | undefined;
    if (groups !== undefined) return recordOf(text, groups);
  }
  return null;
};

function recordOf(text: string, groups: Groups): Parsed | null {
  const parsed: Parsed = { message: text, created: createdOf(groups.time) };
  if (groups.request !== undefined) readRequest(parsed, groups.request);
  if (groups.method !== undefined) setRequest(parsed, { method: groups.method });
  if (groups.url !== undefined) parsed.url = urlOf(groups.url);
  if (groups.ip !== undefined) parsed.source = sourceOf(groups.ip);
  if (groups.bytes !== undefined) setBytes(parsed, Number(groups.bytes));
  if (!setStatus(parsed, Number(groups.status))) return null;
  setLevelByStatus(parsed, Number(groups.status));
  return parsed;
}
