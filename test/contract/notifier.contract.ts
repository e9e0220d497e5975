/** What every notifier keeps: one attempt, never a rejection, and an answer that says what happened. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WebhookPayload } from '#contract/rule.ts';
import { createGuard } from '#indexer/alert/guard.ts';
import type { Notifier, Post } from '#indexer/alert/notifier/notifier.ts';
import { createPost } from '#indexer/alert/notifier/post.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

export const AT = new Date('2026-11-22T10:41:09.500Z');

export const aPayload = (over: Partial<WebhookPayload['data']> = {}): WebhookPayload => ({
  type: 'container.oom',
  timestamp: '2026-11-22T10:41:09.000123456Z',
  data: {
    container: { id: 'f'.repeat(64), name: 'worker-1', image: 'shop/worker:1' },
    host: 'quay',
    exitCode: 137,
    class: 'oom',
    restartCount: 3,
    lastLines: ['allocated 2^22 bytes', 'allocated 2^23 bytes'],
    url: 'http://127.0.0.1:8600/timeline?event=0',
    rule: 'OOM',
    severity: 'critical',
    cause: 'Killed by the kernel: memory reached its 24 MiB limit. Exit 137.',
    memoryLimitBytes: 24 * 1024 ** 2,
    memory: [['2026-11-22T10:41:00.000000000Z', 1_000]],
    ...over,
  },
});

const resolveNothing: Parameters<typeof createGuard>[1] = (_host, _options, done) => {
  done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), undefined as never);
};

export function notifierContract(name: string, create: (url: string, post: Post) => Notifier): void {
  describe(name, () => {
    let receiver: WebhookReceiver;
    const agents: { destroy: () => Promise<void> }[] = [];
    beforeEach(async () => {
      receiver = await startWebhookReceiver();
    });
    afterEach(async () => {
      await Promise.all(agents.splice(0).map(agent => agent.destroy()));
      await receiver.close();
    });

    function send(url = receiver.url, options: { allow?: string[]; timeoutMs?: number } = {}) {
      const agent = createGuard(options.allow ?? ['127.0.0.1/32'], resolveNothing).createAgent();
      agents.push(agent);
      const notifier = create(
        url,
        createPost(agent, () => AT, options.timeoutMs),
      );
      return notifier.send({ id: 'd-1', payload: aPayload(), at: AT });
    }

    test('posts JSON that names the container, once', async () => {
      expect(await send()).toMatchObject({ kind: 'answered', statusCode: 200 });
      const [one, ...more] = receiver.received;
      expect(more).toEqual([]);
      expect(one).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } });
      expect(JSON.stringify(JSON.parse(one!.body))).toContain('worker-1');
    });

    test.each([201, 204, 400, 404, 410, 500, 503])('tells status %i', async status => {
      receiver.answerAlways(status);
      expect(await send()).toMatchObject({ kind: 'answered', statusCode: status });
    });

    test.each([
      ['7', 7_000],
      ['Sun, 22 Nov 2026 10:42:09 GMT', 59_500],
      ['Sun, 22 Nov 2020 10:42:09 GMT', 0],
      ['999999999', 86_400_000],
      ['soon', null],
    ])('reads Retry-After: %s', async (header, retryAfterMs) => {
      receiver.answerAlways(response => response.writeHead(429, { 'retry-after': header }).end());
      expect(await send()).toMatchObject({ statusCode: 429, retryAfterMs });
    });

    test('does not follow a redirect', async () => {
      receiver.answerAlways(response => response.writeHead(302, { location: receiver.url }).end());
      expect(await send()).toMatchObject({ kind: 'answered', statusCode: 302 });
      expect(receiver.received).toHaveLength(1);
    });

    test('shows at most 1,000 characters of an endless answer, without control characters', async () => {
      receiver.answerAlways(response => {
        response.writeHead(500);
        const pour = () => {
          while (!response.destroyed && response.write('\u001b[31m\u0000hello '.repeat(1_000)));
        };
        response.on('drain', pour);
        pour();
      });
      const attempt = await send();
      expect(attempt).toMatchObject({ statusCode: 500 });
      const text = attempt.kind === 'answered' ? attempt.text : '';
      expect(text.length).toBe(1_000);
      expect(text).not.toMatch(/\p{C}/u);
    });

    test.each([
      ['nothing listens', 'http://127.0.0.1:1/', /ECONNREFUSED/],
      ['there is no such name', 'http://no-such-host.invalid/', /ENOTFOUND/],
    ])('is told when %s', async (_name, url, reason) => {
      expect(await send(url)).toMatchObject({
        kind: 'unreachable',
        reason: expect.stringMatching(reason) as string,
      });
    });

    test('gives up on a receiver that does not answer', async () => {
      receiver.answerAlways(null);
      expect(await send(receiver.url, { timeoutMs: 50 })).toMatchObject({
        kind: 'unreachable',
        reason: 'no answer in time',
      });
    });

    test('sends nothing to an address that is not allowed', async () => {
      expect(await send(receiver.url, { allow: [] })).toMatchObject({ kind: 'refused' });
      expect(receiver.received).toEqual([]);
    });
  });
}
