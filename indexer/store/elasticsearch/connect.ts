/**
 * A client for the servers that the settings name. It is loaded only here, when it is wanted: 300 ms of CPU and 38 MB.
 */
import { readFileSync } from 'node:fs';
import type { Client } from '@elastic/elasticsearch';
import { QuaylogError } from '#contract/quaylog-error.ts';

export type ElasticsearchPlace = {
  /** `http(s)://host:port`, one for each node. */
  urls: readonly string[];
  user: string;
  password: string;
  apiKey: string;
  /** PEM file of the authority that signed the server's certificate; empty: those Node knows. */
  ca: string;
};

/** Servers speak plain JSON since ever; the client's own content types, with a version in them, are refused by OpenSearch. */
const PLAIN_TYPES = {
  jsonContentType: 'application/json',
  ndjsonContentType: 'application/x-ndjson',
  accept: 'application/json,text/plain',
};
const ANSWER_WITHIN_MS = 30_000;

/**
 * Asks nothing yet. Requests are not repeated by the client: who repeats them here knows whether that is harmless. Rejects with
 * `store_failed` when the file of the authority cannot be read.
 */
export async function connect(place: ElasticsearchPlace): Promise<Client> {
  const { Client, Transport } = await import('@elastic/elasticsearch');
  class PlainTransport extends Transport {
    constructor(options: ConstructorParameters<typeof Transport>[0]) {
      const plain = { ...options, vendoredHeaders: PLAIN_TYPES };
      // Whoever answers is asked what it can do (capabilities.ts), not what it is called.
      delete plain.productCheck;
      super(plain);
    }
  }
  return new Client({
    nodes: [...place.urls],
    Transport: PlainTransport,
    maxRetries: 0,
    requestTimeout: ANSWER_WITHIN_MS,
    ...(place.ca === '' ? {} : { tls: { ca: readCa(place.ca) } }),
    ...authOf(place),
  });
}

function authOf({ user, password, apiKey }: ElasticsearchPlace) {
  if (apiKey !== '') return { auth: { apiKey } };
  return user === '' ? {} : { auth: { username: user, password } };
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const message = `cannot read QUAYLOG_ELASTICSEARCH_CA=${path}: ${(cause as Error).message}`;
    throw new QuaylogError('store_failed', message, {
      cause,
      hint: 'Name a PEM file that this user may read.',
    });
  }
}
