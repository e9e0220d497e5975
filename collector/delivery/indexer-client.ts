/** One POST to the indexer over a kept connection. Of several indexers one is used until it fails, then the next. */
import type { Agent, IncomingMessage, request, RequestOptions } from 'node:http';
import type { AgentOptions } from 'node:https';
import { isIPv4 } from 'node:net';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import type { IngestAck } from '#contract/batch.ts';
import { SETTINGS } from '#contract/setting-list.ts';

/** With the moment that noticing takes, a connection that died without a word is given up within 30 s. */
const ANSWER_WITHIN_MS = 25_000;
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Below this a batch is sent as it is: it fits one packet or two. */
const COMPRESS_FROM_BYTES = 1_024;
const LONGEST_RETRY_AFTER_MS = 60_000;

const compress = promisify(zstdCompress);
/** Measured on batches of varied lines: level 1 takes a third of the time of level 3 and gives a tenth more bytes. */
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * `status` null: nobody answered. `ack` only with status 200. `code`: the indexer's, or the system's when nobody answered.
 * `message` is for people, `indexer` the address that was asked.
 */
export type IngestAnswer = {
  indexer: string;
  status: number | null;
  ack?: IngestAck;
  code?: string;
  message: string;
  retryAfterMs?: number;
};

export type IndexerClient = {
  /** Never rejects. The parts of the body are sent one behind the other. */
  post(parts: readonly Buffer[]): Promise<IngestAnswer>;
  close(): void;
};

export type IndexerClientOptions = {
  /** At least one; tried in turn. */
  urls: readonly string[];
  token: string;
  compression: 'auto' | 'zstd' | 'none';
  /** A connection without an answer for this long is given up. */
  answerWithinMs?: number;
  /** PEM texts. */
  tls: { ca?: Buffer; cert?: Buffer; key?: Buffer };
};

export function createIndexerClient(options: IndexerClientOptions): IndexerClient {
  const { urls, token, compression } = options;
  const indexers = urls.map(url => new Indexer(url, options));
  let current = 0;
  const headers = {
    'content-type': 'application/json',
    ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
  };
  return {
    async post(parts) {
      const tried = current;
      const indexer = indexers[tried];
      if (indexer === undefined) throw new Error('no indexer is named');
      const isCompressed = compression === 'zstd' || (compression === 'auto' && !indexer.isLoopback);
      const answer = await indexer.post(headers, isCompressed ? await compressed(parts) : { parts });
      if (answer.status !== 200 && answer.retryAfterMs === undefined && current === tried)
        current = (tried + 1) % indexers.length;
      return answer;
    },
    close: () => indexers.forEach(indexer => indexer.close()),
  };
}

type Body = { parts: readonly Buffer[]; encoding?: 'zstd' };

async function compressed(parts: readonly Buffer[]): Promise<Body> {
  const whole = Buffer.concat(parts);
  if (whole.length < COMPRESS_FROM_BYTES) return { parts: [whole] };
  return { parts: [await compress(whole, ZSTD)], encoding: 'zstd' };
}

class Indexer {
  readonly isLoopback: boolean;
  private readonly url: string;
  private readonly answerWithinMs: number;
  private readonly agent: Agent;
  private readonly send: typeof request;
  private readonly options: RequestOptions;

  constructor(address: string, { tls, answerWithinMs = ANSWER_WITHIN_MS }: IndexerClientOptions) {
    this.answerWithinMs = answerWithinMs;
    const url = new URL(address);
    this.url = url.origin;
    this.isLoopback = isLoopbackName(url.hostname);
    // Not by `import`: that reads every export of node:http, among them WebSocket, and so loads all of undici: 13 MB for nothing.
    const http = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
    const agentOptions: AgentOptions = { keepAlive: true, ...tls };
    this.agent = new http.Agent(agentOptions);
    this.send = http.request;
    this.options = {
      method: 'POST',
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      path: `${url.pathname.replace(/\/$/, '')}/api/v1/ingest`,
      agent: this.agent,
    };
  }

  async post(headers: Record<string, string>, body: Body): Promise<IngestAnswer> {
    try {
      const response = await this.exchange(headers, body);
      return this.toAnswer(response);
    } catch (cause) {
      return { indexer: this.url, status: null, ...explain(cause as NodeJS.ErrnoException) };
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private exchange(headers: Record<string, string>, { parts, encoding }: Body): Promise<Exchanged> {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const { promise, resolve, reject } = Promise.withResolvers<Exchanged>();
    const call = this.send({
      ...this.options,
      headers: {
        ...headers,
        'content-length': length,
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      },
    });
    const timer = setTimeout(
      () => call.destroy(new Error(`no answer within ${this.answerWithinMs / 1_000} s`)),
      this.answerWithinMs,
    );
    call.on('response', response => {
      readText(response).then(text => resolve({ response, text }), reject);
    });
    call.on('error', reject);
    for (const part of parts) call.write(part);
    call.end();
    return promise.finally(() => clearTimeout(timer));
  }

  private toAnswer({ response, text }: Exchanged): IngestAnswer {
    const status = response.statusCode ?? 502;
    const body = parseJson(text);
    const indexer = this.url;
    if (status === 200) {
      if (isAck(body)) return { indexer, status, ack: body, message: '' };
      return {
        indexer,
        status: 502,
        message: 'the answer is not an ack: is this the address of an indexer?',
      };
    }
    const error = (body as { error?: Partial<Record<string, unknown>> } | null)?.error;
    const told = [error?.['message'], error?.['hint']].filter(part => typeof part === 'string').join(' ');
    const retryAfterMs = secondsIn(response.headers['retry-after']);
    return {
      indexer,
      status,
      message: told === '' ? `status ${status}` : told,
      ...(typeof error?.['code'] === 'string' ? { code: error['code'] } : {}),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
}

type Exchanged = { response: IncomingMessage; text: string };

function explain({ code = '', message }: NodeJS.ErrnoException): Pick<IngestAnswer, 'code' | 'message'> {
  if (!CERTIFICATE_ERROR.test(code)) return { code, message: message || code };
  const remedy = `set ${SETTINGS.indexerCa.env} to the PEM file of the authority that signed it`;
  return { code, message: `its certificate does not verify (${message}): ${remedy}` };
}

/** As OpenSSL and Node name what is wrong with a certificate. */
const CERTIFICATE_ERROR = /CERT|SIGNATURE|SELF_SIGNED|ALTNAME|ISSUER/;

async function readText(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response) {
    text += part as string;
    if (text.length > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
  }
  return text;
}

const isLoopbackName = (name: string): boolean =>
  name === 'localhost' || name === '[::1]' || (isIPv4(name) && name.startsWith('127.'));

/** Of a `Retry-After`; an HTTP date is not used by indexers. */
function secondsIn(header: string | undefined): number | undefined {
  if (header === undefined || !/^\d{1,6}$/.test(header)) return undefined;
  return Math.min(LONGEST_RETRY_AFTER_MS, Number(header) * 1_000);
}

const isAck = (body: unknown): body is IngestAck =>
  typeof body === 'object' &&
  body !== null &&
  'batchId' in body &&
  'watched' in body &&
  Array.isArray(body.watched);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
