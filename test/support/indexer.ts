/** An indexer inside the test's own process, on a port of its own and a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { readIndexerConfig } from '#indexer/config.ts';
import { createIndexer } from '#indexer/indexer.ts';
import { freePort } from './program.ts';

export type TestIndexer = {
  url: string;
  data: string;
  get: <T>(path: string) => Promise<T>;
  /** Answers status and body, whatever the status. */
  ask: (path: string, init?: RequestInit) => Promise<{ status: number; body: unknown }>;
  /** Ends it and leaves the folder. */
  close: () => Promise<void>;
  stop: () => Promise<void>;
};

export async function startTestIndexer(
  flags: Record<string, string> = {},
  log: Logger = pino({ level: 'silent' }),
): Promise<TestIndexer> {
  const data = flags['data'] ?? mkdtempSync(join(tmpdir(), 'quaylog-indexer-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const { config, problems } = readIndexerConfig({ listen, data, ...flags });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const indexer = await createIndexer({ config, log });
  await indexer.listen();
  let closed: Promise<void> | undefined;
  const url = `http://${listen}`;
  const ask: TestIndexer['ask'] = async (path, init) => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? (JSON.parse(text) as unknown) : text };
  };
  return {
    url,
    data,
    ask,
    async get<T>(path: string) {
      const { status, body } = await ask(path);
      if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
      return body as T;
    },
    close: () => (closed ??= indexer.close()),
    async stop() {
      await (closed ??= indexer.close());
      rmSync(data, { recursive: true, force: true });
    },
  };
}
