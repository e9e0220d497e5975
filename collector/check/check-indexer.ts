/** Whether each indexer answers, is ready, takes the token, and has the same time. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Finding } from '#contract/check-report.ts';
import { indexerUrlsOf, type CollectorConfig } from '../config.ts';
import { createIndexerClient } from '../delivery/indexer-client.ts';
import { readIndexerTls } from '../delivery/indexer-tls.ts';
import { ok, risk, trouble } from './finding.ts';

const ANSWER_WITHIN_MS = 5_000;
/** A second is the step of the header that says the time. */
const SKEW_MS = 2_500;

export async function checkIndexers(config: CollectorConfig): Promise<Finding[]> {
  try {
    readIndexerTls(config);
  } catch (cause) {
    return [trouble((cause as Error).message)];
  }
  const findings: Finding[] = [];
  for (const url of indexerUrlsOf(config)) findings.push(...(await checkIndexer(url, config)));
  return findings;
}

async function checkIndexer(url: string, config: CollectorConfig): Promise<Finding[]> {
  const accepted = await askWithToken(url, config);
  if (accepted.verdict === 'trouble') return [accepted];
  const ready = await askReady(url, config);
  if (ready === null) return [accepted];
  return [accepted, ...(ready.status === 200 ? [] : [notReady(url, ready)]), ...sayClock(ready)];
}

const notReady = (url: string, { reason }: Ready): Finding =>
  risk(
    `the indexer at ${url} is not ready${reason === null ? '' : `: ${reason}`}`,
    'The collector keeps the lines until it is.',
  );

/** With a batch that is none: an indexer that knows us calls it a bad batch, one that does not asks who we are. Nothing is stored. */
async function askWithToken(url: string, config: CollectorConfig): Promise<Finding> {
  const client = createIndexerClient({
    urls: [url],
    token: config.token,
    compression: 'none',
    tls: readIndexerTls(config),
  });
  const { status, code, message } = await client.post([Buffer.from('{}')]);
  client.close();
  if (code === 'bad_batch')
    return ok(`the indexer at ${url} answers${config.token === '' ? '' : ' and knows the token'}`);
  if (status === null)
    return trouble(`no indexer at ${url}: ${message}`, 'The collector keeps the lines and tries again.');
  if (status === 503 || status === 429) return risk(`the indexer at ${url} is busy: ${message}`);
  return trouble(`the indexer at ${url} takes no batches: ${message}`);
}

type Ready = {
  status: number;
  /** As it says itself. */
  reason: string | null;
  date: string | undefined;
  askedAt: number;
  answeredAt: number;
};

/** More than that no reason is. */
const MAX_ANSWER = 10_000;

/** Null when it does not answer. */
async function askReady(url: string, config: CollectorConfig): Promise<Ready | null> {
  const target = new URL('/readyz', url);
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const options: RequestOptions = { ...readIndexerTls(config), timeout: ANSWER_WITHIN_MS };
  const askedAt = Date.now();
  return new Promise(resolve => {
    const request = send(target, options, (response: IncomingMessage) => {
      const { statusCode = 0, headers } = response;
      const answeredAt = Date.now();
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text = (text + part).slice(0, MAX_ANSWER)));
      response.on('end', () => {
        resolve({ status: statusCode, reason: reasonIn(text), date: headers.date, askedAt, answeredAt });
      });
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(null));
    request.end();
  });
}

function reasonIn(text: string): string | null {
  try {
    const { reason } = JSON.parse(text) as { reason?: unknown };
    return typeof reason === 'string' ? reason : null;
  } catch {
    return null;
  }
}

function sayClock({ date, askedAt, answeredAt }: Ready): Finding[] {
  const said = Date.parse(date ?? '');
  if (Number.isNaN(said)) return [];
  // Its time is that of some moment in between, cut to a second.
  const skewMs = said + 500 - (askedAt + answeredAt) / 2;
  if (Math.abs(skewMs) <= SKEW_MS) return [ok('its clock agrees with the one here')];
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  return [
    risk(
      `its clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the one here`,
      'Records keep the time of their engine; ranges such as the last 15 minutes are the indexer’s.',
    ),
  ];
}
