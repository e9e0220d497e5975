/** The fields of a record as the reader sees and asks for them. */
import type { LogRecord } from '#contract/log-record.ts';

export type RecordField = { name: string; value: unknown };

/** Names that people write for canonical ones; others are shown and asked for in full. */
const SHORT: Record<string, string> = {
  'log.level': 'level',
  'log.iostream': 'stream',
  'log.logger': 'logger',
  'container.name': 'container',
  'container.image.name': 'image',
  'host.name': 'host',
  'compose.project': 'project',
  'compose.service': 'service',
  'http.request.method': 'method',
  'http.response.status_code': 'status',
  'url.path': 'path',
};

/** How deep objects of the application are taken apart; deeper ones are shown as JSON. */
const DEPTH = 4;
const FIELDS_LIMIT = 500;

/**
 * Every field of a record, dotted: what the application said first, then where it came from, bookkeeping last. The texts of
 * the line (message, original, stack trace) are not among them.
 */
export function recordFields(record: LogRecord): RecordField[] {
  const { app, log, container, host, compose, event, '@timestamp': stamp, ...said } = record;
  const { labels, ...aboutContainer } = container;
  const parts: [string, unknown][] = [
    // Labels and the fields of the application keep the dots in their keys.
    ...Object.entries(app ?? {}).map(([key, value]): [string, unknown] => [`app.${key}`, value]),
    ...Object.entries({ ...said, log, container: aboutContainer, compose, host }),
    ...Object.entries(labels).map(([key, value]): [string, unknown] => [`container.labels.${key}`, value]),
    ...Object.entries({ event, '@timestamp': stamp }),
  ];
  return flatten(parts)
    .filter(({ name, value }) => value !== undefined && !TEXTS.has(name))
    .map(({ name, value }) => ({ name: SHORT[name] ?? name, value }));
}

const TEXTS = new Set(['message', 'event.original', 'error.stack_trace']);

/** The application's own fields without the `app.` in front, dotted, in its order. */
export const appFields = ({ app }: LogRecord): [string, unknown][] =>
  flatten(Object.entries(app ?? {})).map(({ name, value }) => [name, value]);

function flatten(parts: readonly [string, unknown][]): RecordField[] {
  const fields: RecordField[] = [];
  const add = (name: string, value: unknown, depth: number): void => {
    if (fields.length >= FIELDS_LIMIT) return;
    if (typeof value !== 'object' || value === null || Array.isArray(value) || depth >= DEPTH) {
      fields.push({ name, value });
      return;
    }
    for (const [key, inner] of Object.entries(value)) add(`${name}.${key}`, inner, depth + 1);
  };
  for (const [name, value] of parts) add(name, value, 0);
  return fields;
}

/** A value as text: strings as they are, the rest as JSON. */
export const fieldText = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
