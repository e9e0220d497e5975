/** The port to whoever is told of an alert. Every notifier passes test/contract/notifier.contract.ts. */
import type { WebhookPayload } from '#contract/rule.ts';

/** `id` is the same in every attempt of a delivery, so that a receiver can tell a repetition. */
export type Message = { id: string; payload: WebhookPayload; at: Date };

/**
 * What came of one attempt. `answered`: an HTTP status; `text` is the beginning of the body, at most 1 KB of plain text.
 * `refused`: the address is not allowed, nothing was sent. `unreachable`: no connection, no answer, or none in 10 s.
 */
export type Attempt = { durationMs: number } & (
  | { kind: 'answered'; statusCode: number; text: string; retryAfterMs: number | null }
  | { kind: 'refused' | 'unreachable'; reason: string }
);

export interface Notifier {
  /** One attempt; never rejects, whatever the other side does. */
  send(message: Message): Promise<Attempt>;
}

/** Sends one request; the notifiers say what is in it. */
export type Post = (request: {
  url: string;
  headers: Record<string, string>;
  body: string;
}) => Promise<Attempt>;
