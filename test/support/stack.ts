/** Collector and indexer as an operator runs them: two processes, one data folder, a real engine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startProgram, untilCollecting, type Program } from './program.ts';

export type Stack = {
  url: string;
  data: string;
  indexer: () => Program;
  collector: () => Program;
  /** GET of an API path; rejects with the body on an error status. */
  get: <T>(path: string) => Promise<T>;
  /**
   * Ends a program (SIGKILL unless told otherwise) and starts it again, if wanted with other settings. Resolves when it is
   * started, not when it is ready.
   */
  restart: (
    which: 'indexer' | 'collector',
    signal?: NodeJS.Signals,
    otherEnv?: Record<string, string>,
  ) => Promise<void>;
  untilReady: () => Promise<void>;
  stop: () => Promise<void>;
};

export type StackOptions = {
  dockerHost: string;
  env?: Record<string, string>;
  /** The data folder; it is removed at the end. Default: a new one. */
  data?: string;
  /** What stands between the two: given the indexer's address, answers the one that the collector is told. */
  between?: (indexerUrl: string) => Promise<string>;
};

export async function startStack({ dockerHost, env = {}, data, between }: StackOptions): Promise<Stack> {
  data ??= mkdtempSync(join(tmpdir(), 'quaylog-stack-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const url = `http://${listen}`;
  const settings = {
    QUAYLOG_LISTEN: listen,
    QUAYLOG_DATA: data,
    QUAYLOG_INDEXER_URL: (await between?.(url)) ?? url,
    DOCKER_HOST: dockerHost,
    QUAYLOG_STATS_INTERVAL: '1s',
    ...env,
  };
  const start = (which: 'indexer' | 'collector', otherEnv = {}) =>
    startProgram({ args: [which], env: { ...settings, ...otherEnv } });
  const programs = { indexer: start('indexer'), collector: start('collector') };

  const stack: Stack = {
    url,
    data,
    indexer: () => programs.indexer,
    collector: () => programs.collector,
    async get<T>(path: string) {
      const response = await fetch(url + path);
      const body = await response.text();
      if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${body}`);
      return JSON.parse(body) as T;
    },
    async restart(which, signal = 'SIGKILL', otherEnv = {}) {
      await programs[which].kill(signal);
      programs[which] = start(which, otherEnv);
    },
    untilReady: () => untilCollecting(url, programs.indexer),
    async stop() {
      await Promise.all([programs.collector.kill('SIGTERM'), programs.indexer.kill('SIGTERM')]);
      rmSync(data, { recursive: true, force: true });
    },
  };
  try {
    await stack.untilReady();
  } catch (error) {
    const outputs = `${programs.indexer.output()}\n${programs.collector.output()}`;
    await stack.stop();
    throw new Error(`the stack did not become ready:\n${outputs}`, { cause: error });
  }
  return stack;
}
