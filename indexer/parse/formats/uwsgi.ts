import type { Parsed } from '../parsed.ts';
import { setBytes, setLevelByStatus, setRequest, setStatus, sourceOf, urlOf } from '../read-http.ts';
import type { Format } from './format.ts';

/** `[pid: 7|app: 0|req: 1/1] 10.0.0.3 () {40 vars in 600 bytes} [date] GET / => generated 12 bytes in 3 msecs (HTTP/1.1 200) …`. */
const LINE =
  /^\[pid: (\d+)\|app: [^\]]{1,60}\] (\S{1,60}) \([^)]*\) \{[^}]*\} \[[^\]]*\] ([A-Z]{3,10}) (\S+) => generated (\d+) bytes in (\d+) m?secs(?: via [^(]{1,30})? \(HTTP\/[\d.]+ (\d{3})\)/;

export const uwsgi: Format = text => {
  const match = LINE.exec(text);
  if (match === null) return null;
  const [, pid, ip = '', method = '', target = '', bytes, , status] = match;
  const parsed: Parsed = {
    message: text,
    process: { pid: Number(pid) },
    url: urlOf(target),
    source: sourceOf(ip),
  };
  setRequest(parsed, { method });
  if (!setStatus(parsed, Number(status))) return null;
  setBytes(parsed, Number(bytes));
  setLevelByStatus(parsed, Number(status));
  return parsed;
};
