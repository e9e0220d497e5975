/** Addresses of other pages about a container. */
import { printValue } from '../logs/query-text.ts';

/** Its logs. The name goes in as the query language quotes a value, so that none of its signs is read as language. */
export const logsHref = (name: string, range: Record<string, string> = {}): string =>
  `/logs?${new URLSearchParams({ q: `container:${printValue(name)}`, ...range }).toString()}`;

export const storyHref = (eventId: string): string => `/timeline?event=${encodeURIComponent(eventId)}`;

/** The places where lines of it are missing, in the last day. */
export const gapsHref = (name: string): string =>
  `/logs?${new URLSearchParams({
    q: `container:${printValue(name)} and action:log-gap`,
    from: 'now-24h',
  }).toString()}`;
