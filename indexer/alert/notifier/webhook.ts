/** Generic webhook: the payload as JSON, signed as Standard Webhooks 1.0 asks (`v1`, HMAC-SHA256). */
import { createHmac } from 'node:crypto';
import type { Notifier, Post } from './notifier.ts';

const PREFIX = 'whsec_';
const SECRET_BYTES = { least: 24, most: 64 };

/** Without a secret it is sent unsigned, with id and timestamp all the same. */
export function createWebhook(target: { url: string; secret?: string | undefined }, post: Post): Notifier {
  return {
    send({ id, payload, at }) {
      const body = JSON.stringify(payload);
      const timestamp = String(Math.floor(at.getTime() / 1_000));
      const headers: Record<string, string> = { 'webhook-id': id, 'webhook-timestamp': timestamp };
      const key = target.secret === undefined ? null : secretKey(target.secret);
      if (key) headers['webhook-signature'] = `v1,${sign(key, `${id}.${timestamp}.${body}`)}`;
      return post({ url: target.url, headers, body });
    },
  };
}

const sign = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('base64');

/** The key in `whsec_` + base64 of 24 to 64 bytes; null when it is not of that form. */
export function secretKey(secret: string): Buffer | null {
  const text = secret.slice(PREFIX.length);
  if (!secret.startsWith(PREFIX) || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const key = Buffer.from(text, 'base64');
  return key.length >= SECRET_BYTES.least && key.length <= SECRET_BYTES.most ? key : null;
}
