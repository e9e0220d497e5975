/** A collector whose engine is behind a proxy with an allow-list that cuts idle streams, as operators put one before it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENGINE_METHOD, ENGINE_PATHS, listedPath } from '#collector/engine/engine-path.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { startEngineProxy, type EngineProxy } from '../support/engine-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { readAllLogs } from '../support/read-logs.ts';
import { startStack, type Stack } from '../support/stack.ts';

/** No container here asks to be attached to. */
const ASKED_PATHS = ENGINE_PATHS.filter(path => !path.includes('/attach'));
const isListed = (path: string) => (ENGINE_PATHS as readonly string[]).includes(listedPath(path));
const IDLE_MS = 1_000;
const LINES = 30;

let engine: TestEngine;
let image: string;

beforeAll(async () => {
  engine = await startTestEngine();
  image = await importBusybox(engine);
});
afterAll(() => engine?.stop());

async function withStack(
  allow: (path: string) => boolean,
  use: (stack: Stack, proxy: EngineProxy) => Promise<void>,
): Promise<void> {
  const proxy = await startEngineProxy(engine.socket, {
    allow: ({ method, path }) => method === ENGINE_METHOD && allow(listedPath(path)),
    idleMs: IDLE_MS,
  });
  const stack = await startStack({ dockerHost: proxy.dockerHost, env: { QUAYLOG_SOURCE: 'api' } });
  try {
    await use(stack, proxy);
  } finally {
    await stack.stop();
    await proxy.close();
  }
}

it('every line arrives once although streams are cut, and nothing else is asked', async () => {
  const print = `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo "line $i"; [ $((i % 10)) = 0 ] && sleep 2.5; done; sleep 60`;
  await withStack(isListed, async (stack, proxy) => {
    await engine.docker(['run', '-d', '--name', 'talker', '--network', 'none', image, 'sh', '-c', print]);
    const messages = async () => (await readAllLogs(stack, 'container:talker')).map(({ message }) => message);
    const askedFor = () => new Set(proxy.asked.map(({ path }) => listedPath(path)));
    await eventually(async () => (await messages()).length >= LINES, { what: 'all lines', withinMs: 60_000 });
    await eventually(() => askedFor().size === ASKED_PATHS.length, { what: 'everything is asked once' });
    expect(await messages()).toEqual(Array.from({ length: LINES }, (_, i) => `line ${i + 1}`));
    expect(proxy.cuts()).toBeGreaterThan(2);
    expect(proxy.asked.filter(({ method, path }) => method !== ENGINE_METHOD || !isListed(path))).toEqual([]);
    expect(askedFor()).toEqual(new Set(ASKED_PATHS));
    expect(stack.collector().output()).not.toContain('log could not be read');
  });
});

it('what the proxy must allow is said', async () => {
  await withStack(
    path => path !== '/containers/{id}/logs',
    async stack => {
      await eventually(() => /must allow GET \/containers\/\{id\}\/logs/.test(stack.collector().output()), {
        what: 'the path is named',
      });
    },
  );
});
