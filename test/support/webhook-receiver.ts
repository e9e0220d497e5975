/** A webhook receiver for tests: keeps what it is sent and answers as it is told. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Received = {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
  at: number;
};
/** A status, or whatever the test does with the response; `null` never answers. */
export type Answer = number | null | ((response: ServerResponse) => void);

export type WebhookReceiver = {
  url: string;
  received: Received[];
  /** Answers of the next requests, one each; then 200. */
  answerNext: (...answers: Answer[]) => void;
  /** Answer of every request that has none of its own. */
  answerAlways: (answer: Answer) => void;
  /** Resolves when so many requests have come; rejects after the deadline. */
  waitFor: (requests: number, deadlineMs?: number) => Promise<Received[]>;
  close: () => Promise<void>;
};

/** Listens on loopback; `port` 0 takes a free one. */
export async function startWebhookReceiver(port = 0): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const answers: Answer[] = [];
  let always: Answer = 200;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      received.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8'), at: Date.now() });
      reply(response, answers.length > 0 ? answers.shift()! : always);
    });
  });
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answerNext: (...next) => void answers.push(...next),
    answerAlways: answer => void (always = answer),
    waitFor: (requests, deadlineMs = 5_000) => waitFor(received, requests, deadlineMs),
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function reply(response: ServerResponse, answer: Answer): void {
  if (typeof answer === 'function') answer(response);
  else if (answer !== null) response.writeHead(answer).end();
}

async function waitFor(received: Received[], requests: number, deadlineMs: number): Promise<Received[]> {
  const deadline = Date.now() + deadlineMs;
  while (received.length < requests) {
    if (Date.now() > deadline) throw new Error(`${received.length} of ${requests} requests came in time`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  return received;
}
