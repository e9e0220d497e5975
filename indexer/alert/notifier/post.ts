/** One HTTP POST of a notifier: guarded, without redirects, bounded in time and in what is read back. */
import { performance } from 'node:perf_hooks';
import { request, type Dispatcher } from 'undici';
import { RefusedAddress } from '../guard.ts';
import type { Post } from './notifier.ts';

const TIMEOUT_MS = 10_000;
const MAX_READ_BYTES = 64 * 1024;
const MAX_SHOWN_CHARACTERS = 1_000;
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/** `dispatcher` makes the connections (guard.ts); each request has one of its own, so that each is judged. */
export function createPost(dispatcher: Dispatcher, now: () => Date, timeoutMs = TIMEOUT_MS): Post {
  return async ({ url, headers, body }) => {
    const begin = performance.now();
    const elapsed = () => Math.round(performance.now() - begin);
    try {
      const response = await request(url, {
        method: 'POST',
        dispatcher,
        headers: { 'user-agent': 'Quaylog', 'content-type': 'application/json', ...headers },
        body,
        reset: true,
        signal: AbortSignal.timeout(timeoutMs),
      });
      return {
        kind: 'answered',
        statusCode: response.statusCode,
        text: await readBeginning(response.body),
        retryAfterMs: retryAfter(response.headers['retry-after'], now()),
        durationMs: elapsed(),
      };
    } catch (error) {
      return { ...failed(error), durationMs: elapsed() };
    }
  };
}

/** Reads no more than a bound, and is content with what came when the other side breaks off. */
async function readBeginning(body: AsyncIterable<Buffer> & { destroy: () => unknown }): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MAX_READ_BYTES) break;
    }
  } catch {
    // The status has been answered; the rest of the body decides nothing.
  }
  body.destroy();
  const text = Buffer.concat(chunks).subarray(0, MAX_READ_BYTES).toString('utf8');
  return text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, MAX_SHOWN_CHARACTERS);
}

/** RFC 9110 §10.2.3: seconds or a date. */
function retryAfter(header: string | string[] | undefined, now: Date): number | null {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now.getTime();
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS);
}

function failed(error: unknown): { kind: 'refused' | 'unreachable'; reason: string } {
  if (error instanceof RefusedAddress) return { kind: 'refused', reason: error.message };
  if ((error as Error).name === 'TimeoutError') {
    return { kind: 'unreachable', reason: 'no answer in time' };
  }
  const { code, message } = error as NodeJS.ErrnoException;
  return { kind: 'unreachable', reason: (code ?? message).slice(0, MAX_SHOWN_CHARACTERS) };
}
