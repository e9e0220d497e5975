/**
 * A client for the servers that the settings name. It is loaded only here, when it is wanted: 300 ms of CPU and 38 MB.
 */
import type { Client, TransportRequestOptions, TransportRequestParams } from '@elastic/elasticsearch';
import { readAuthority } from '../../../authority.ts';
import { allStored } from './bulk-answer.ts';

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
/** A node that did not answer is asked for a sign of life after so long, and again after twice and four times that. */
const ASK_THE_DEAD_AFTER_MS = 5_000;
const DOUBLED_AT_MOST = 2;

/**
 * Asks nothing yet. Requests are not repeated by the client: who repeats them here knows whether that is harmless. Only what no
 * node can have seen, because none was reached, goes to the next one. Rejects with `store_failed` when the file of the authority
 * cannot be used.
 */
export async function connect(place: ElasticsearchPlace): Promise<Client> {
  const { Client, ClusterConnectionPool, Serializer, Transport } = await import('@elastic/elasticsearch');
  /** Nodes that are away get no requests while others are there. (The client's default goes on sending them some.) */
  class NodePool extends ClusterConnectionPool {
    override resurrectTimeout = ASK_THE_DEAD_AFTER_MS;
    override resurrectTimeoutCutoff = DOUBLED_AT_MOST;
  }
  /** Most answers of megabytes of documents say one thing. */
  class QuickSerializer extends Serializer {
    override deserialize(json: string): never {
      return (allStored(json) ?? super.deserialize(json)) as never;
    }
  }
  class PlainTransport extends Transport {
    constructor(options: ConstructorParameters<typeof Transport>[0]) {
      const plain = { ...options, vendoredHeaders: PLAIN_TYPES };
      // Whoever answers is asked what it can do (capabilities.ts), not what it is called.
      delete plain.productCheck;
      super(plain);
    }

    override async request(
      params: TransportRequestParams,
      options?: TransportRequestOptions,
    ): Promise<never> {
      for (let nodes = place.urls.length; ; nodes--) {
        try {
          return await super.request<never>(params, options);
        } catch (error) {
          if (nodes <= 1 || !wasNeverSent(error)) throw error;
        }
      }
    }
  }
  return new Client({
    nodes: [...place.urls],
    Serializer: QuickSerializer,
    Transport: PlainTransport,
    ConnectionPool: NodePool,
    maxRetries: 0,
    requestTimeout: ANSWER_WITHIN_MS,
    ...(place.ca === '' ? {} : { tls: { ca: readAuthority('QUAYLOG_ELASTICSEARCH_CA', place.ca) } }),
    ...authOf(place),
  });
}

function authOf({ user, password, apiKey }: ElasticsearchPlace) {
  if (apiKey !== '') return { auth: { apiKey } };
  return user === '' ? {} : { auth: { username: user, password } };
}

/** The connection was not made. */
const wasNeverSent = (error: unknown): boolean =>
  (error as Error).name === 'ConnectionError' &&
  /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|Connect Timeout/.test((error as Error).message);
