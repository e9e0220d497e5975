/** Takes the demo's webhooks on loopback, checks their signature, and says in a line what came. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { WebhookPayload } from '#contract/rule.ts';

const MAX_BODY_BYTES = 256 * 1024;

export type WebhookReceiver = { url: string; secret: string; close: () => void };

export async function startWebhookReceiver(print: (line: string) => void): Promise<WebhookReceiver> {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const verifier = new Webhook(secret);
  const server = createServer((request, response) => {
    readBody(request).then(
      body => {
        print(describeWebhook(verifier, body, request));
        response.writeHead(204).end();
      },
      () => request.destroy(),
    );
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/webhook`,
    secret,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function describeWebhook(verifier: Webhook, body: string, request: IncomingMessage): string {
  try {
    const { type, data } = verifier.verify(body, request.headers as Record<string, string>) as WebhookPayload;
    const exit = data.exitCode === null ? '' : `, exit ${data.exitCode}`;
    const lastLine = data.lastLines.at(-1)?.trimEnd().split('\n').at(-1);
    const said = lastLine === undefined ? '' : `; last line: ${JSON.stringify(lastLine.slice(0, 80))}`;
    return `webhook ${type}: ${data.container.name}${exit}, restart ${data.restartCount}${said}`;
  } catch (error) {
    return `webhook refused: ${(error as Error).message}`;
  }
}
