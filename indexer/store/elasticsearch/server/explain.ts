/** What went wrong with the server, in a sentence that says what to do. Errors of the client never cross this border. */
import { QuaylogError } from '#contract/quaylog-error.ts';
import { explainCertificate } from '../../../authority.ts';

const SETTINGS = { url: 'QUAYLOG_ELASTICSEARCH_URL', ca: 'QUAYLOG_ELASTICSEARCH_CA' };

/** As far as it is looked at, an error of the client or of ours. */
type ClientError = {
  name?: string;
  message?: string;
  statusCode?: number;
  body?: { error?: { type?: string; reason?: string } | string } | string;
  headers?: Record<string, string | undefined>;
};

/** The answer's status; null when there was no answer. */
export const statusOf = (error: unknown): number | null => (error as ClientError).statusCode ?? null;

export const retryAfterOf = (error: unknown): string | undefined =>
  (error as ClientError).headers?.['retry-after'];

/** `type: reason` as the server gave it, else the message. */
export function reasonOf(error: unknown): string {
  const { body, message } = error as ClientError;
  const inside = typeof body === 'object' ? body.error : body;
  if (typeof inside === 'object') return `${inside.type ?? 'error'}: ${inside.reason ?? ''}`;
  return wordsOf(inside ?? message ?? 'no reason given').slice(0, 500);
}

/** Proxies answer with pages. */
const wordsOf = (page: string): string =>
  page
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** `address`: how the settings name the server. */
export function explain(error: unknown, address: string): QuaylogError {
  if (error instanceof QuaylogError) return error;
  const sentence = ofStatus(error, address) ?? ofConnection(error, address);
  return new QuaylogError('store_failed', sentence, { cause: error });
}

function ofStatus(error: unknown, address: string): string | null {
  const status = statusOf(error);
  const reason = reasonOf(error);
  if (status === null) return null;
  if (/plain HTTP request was sent to HTTPS|client sent an HTTP request to an HTTPS/i.test(reason))
    return `Elasticsearch at ${address} speaks https: write https:// in QUAYLOG_ELASTICSEARCH_URL.`;
  if (status === 401)
    return `Elasticsearch at ${address} refuses who we say we are: correct QUAYLOG_ELASTICSEARCH_USER and _PASSWORD, or QUAYLOG_ELASTICSEARCH_API_KEY.`;
  if (status === 403)
    return `Elasticsearch at ${address} does not allow it (${reason}): give the user or API key the privileges in deploy/README.md, or lift the block.`;
  if (status === 400 || status === 404 || status === 405 || status === 406)
    return `What answers at ${address} is no Elasticsearch of version 8.19 or later, nor OpenSearch 3 (${reason}): correct QUAYLOG_ELASTICSEARCH_URL, or upgrade the server.`;
  return `Elasticsearch at ${address} answered ${status} (${reason}): look at its log; Quaylog goes on trying.`;
}

function ofConnection(error: unknown, address: string): string {
  const { message = '', name } = error as ClientError;
  const at = `Elasticsearch at ${address}`;
  if (/wrong version number/i.test(message))
    return `${at} does not speak https: write http:// in QUAYLOG_ELASTICSEARCH_URL, or turn its TLS on.`;
  const untrusted = explainCertificate(message, at, SETTINGS);
  if (untrusted !== null) return untrusted;
  if (/other side closed|socket hang up/i.test(message))
    return `${at} closed the connection: when it speaks https, write https:// in QUAYLOG_ELASTICSEARCH_URL.`;
  if (name === 'TimeoutError') return `${at} did not answer in time: see whether it is overloaded.`;
  return `${at} cannot be reached (${message}): see whether it runs, and correct QUAYLOG_ELASTICSEARCH_URL.`;
}
