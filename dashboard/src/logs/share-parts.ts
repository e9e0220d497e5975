/**
 * Each record that comes over the wire brings its own copy of its container, host and project. A hundred thousand of them
 * are most of the page's memory, and of the time the browser takes to collect it: so equal ones become one.
 */
import type { LogRecord } from '#contract/log-record.ts';

/** Containers come and go; beyond this the memory of them starts anew. */
const MOST = 2_000;

type Parts = Pick<LogRecord, 'container' | 'host' | 'compose' | 'service'>;

const known = new Map<string, Parts>();

/** The same record, its unchanging parts shared with the other records of its container. Changes the record. */
export function shareParts(record: LogRecord): LogRecord {
  // An id keeps its image and labels; a name may change.
  const key = `${record.host.id} ${record.container.id} ${record.container.name}`;
  const { container, host, compose, service } = known.get(key) ?? remember(key, record);
  record.container = container;
  record.host = host;
  if (compose) record.compose = compose;
  if (service) record.service = service;
  return record;
}

function remember(key: string, { container, host, compose, service }: LogRecord): Parts {
  if (known.size >= MOST) known.clear();
  const parts: Parts = { container, host, ...(compose && { compose }), ...(service && { service }) };
  known.set(key, parts);
  return parts;
}
