import { describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import type { Notifier, Post } from '#indexer/alert/notifier/notifier.ts';
import { createSlack } from '#indexer/alert/notifier/slack.ts';
import { createWebhook } from '#indexer/alert/notifier/webhook.ts';
import { AT, aPayload, notifierContract } from './notifier.contract.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

notifierContract('generic webhook', (url, post) => createWebhook({ url, secret: SECRET }, post));
notifierContract('Slack', (url, post) => createSlack({ url }, post));

type Sent = Parameters<Post>[0];
async function sentBy(
  create: (post: Post) => Notifier,
  data: Parameters<typeof aPayload>[0] = {},
): Promise<Sent> {
  const sent: Sent[] = [];
  const post: Post = request => {
    sent.push(request);
    return Promise.resolve({
      kind: 'answered',
      statusCode: 200,
      text: '',
      retryAfterMs: null,
      durationMs: 1,
    });
  };
  await create(post).send({ id: 'd-1', payload: aPayload(data), at: AT });
  return sent[0]!;
}

describe('generic webhook', () => {
  /** The library refuses stamps that are not of now. */
  const verify = ({ headers, body }: Sent, secret: string) => {
    const signed = new Webhook(secret).sign(headers['webhook-id']!, AT, body);
    return signed === headers['webhook-signature'];
  };

  test('is signed as the Standard Webhooks library signs', async () => {
    const sent = await sentBy(post => createWebhook({ url: 'http://x/', secret: SECRET }, post));
    expect(sent.headers['webhook-id']).toBe('d-1');
    expect(sent.headers['webhook-timestamp']).toBe(String(Math.floor(AT.getTime() / 1_000)));
    expect(verify(sent, SECRET)).toBe(true);
    expect(verify(sent, `whsec_${Buffer.alloc(32, 8).toString('base64')}`)).toBe(false);
    expect(verify({ ...sent, body: `${sent.body} ` }, SECRET)).toBe(false);
  });

  test('without a secret it carries id and timestamp but no signature', async () => {
    const { headers } = await sentBy(post => createWebhook({ url: 'http://x/' }, post));
    expect(Object.keys(headers).sort()).toEqual(['webhook-id', 'webhook-timestamp']);
  });
});

describe('Slack', () => {
  test('text of containers is neither mention, link nor the end of the block', async () => {
    const evil = '<!channel> <http://evil|click> ```out``` &';
    const { body } = await sentBy(post => createSlack({ url: 'http://x/' }, post), {
      lastLines: [evil],
      cause: evil,
    });
    expect(body).not.toMatch(/<!channel>|<http:\/\/evil/);
    expect(body).toContain("&lt;!channel&gt; &lt;http://evil|click&gt; '''out''' &amp;");
  });

  test('no section is longer than Slack takes; the newest lines stay', async () => {
    const lastLines = Array.from({ length: 20 }, (_, n) => `${n} ${'x'.repeat(500)}`);
    const { body } = await sentBy(post => createSlack({ url: 'http://x/' }, post), { lastLines });
    const { blocks } = JSON.parse(body) as { blocks: { text?: { text: string } }[] };
    for (const { text } of blocks) expect(text?.text.length ?? 0).toBeLessThanOrEqual(3_000);
    expect(body).toContain('19 xxx');
  });
});
