/** What images are made of, run as they run it: from a folder elsewhere, with nothing of this one in reach. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle } from '../../deploy/bundle.ts';
import { eventually } from '../support/eventually.ts';
import { startFakeEngine } from '../support/fake-engine.ts';
import { freePort, startProgram, untilAnswers, untilCollecting, type Program } from '../support/program.ts';

let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'quaylog-bundle-'));
  await bundle(join(dir, 'dist'));
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const run = (args: string[], env: Record<string, string> = {}, name = 'quaylog'): Program =>
  startProgram({ args, env, cwd: dir, file: join(dir, 'dist', `${name}.js`) });

it('knows its version and its commands', async () => {
  const version = run(['--version']);
  expect(await version.exitCode()).toBe(0);
  const { version: ours } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(version.stdout().trim()).toBe(ours);
});

it('an indexer over Elasticsearch is well by its health check, even while that is away', async () => {
  const env = {
    QUAYLOG_LISTEN: `127.0.0.1:${await freePort()}`,
    QUAYLOG_DATA: join(dir, 'nothing'),
    QUAYLOG_STORE: 'elasticsearch',
    QUAYLOG_ELASTICSEARCH_URL: 'http://127.0.0.1:1',
  };
  const indexer = run(['indexer'], env);
  await untilAnswers(`http://${env.QUAYLOG_LISTEN}/healthz`, indexer);
  const check = run([], env, 'health');
  expect([await check.exitCode(), check.stdout().trim()]).toEqual([0, 'well']);
  await indexer.kill();
  const after = run([], env, 'health');
  expect([await after.exitCode(), after.stdout()]).toEqual([1, expect.stringContaining('ECONNREFUSED')]);
});

it('both programs start, store what they collect and answer', async () => {
  const engine = await startFakeEngine(2);
  const port = await freePort();
  const env = {
    QUAYLOG_LISTEN: `127.0.0.1:${port}`,
    QUAYLOG_INDEXER_URL: `http://127.0.0.1:${port}`,
    QUAYLOG_DATA: join(dir, 'data'),
    DOCKER_HOST: engine.dockerHost,
  };
  const health = async () => {
    const check = run([], env, 'health');
    return [await check.exitCode(), check.stdout().trim()];
  };
  expect(await health()).toEqual([1, 'nothing has started yet']);
  const indexer = run(['indexer'], env);
  const url = env.QUAYLOG_INDEXER_URL;
  await untilAnswers(`${url}/healthz`, indexer);
  const collector = run(['collector'], env);
  try {
    await untilCollecting(url, indexer);
    expect(await (await fetch(url)).text()).toContain('<div id="root"');
    expect((await fetch(`${url}/api/docs/`)).status).toBe(200);
    await eventually(
      async () => (await (await fetch(`${url}/api/v1/logs?q=tick`)).text()).includes('tick 1 of'),
      {
        what: 'a line is found',
      },
    );
    expect(await health()).toEqual([0, 'well']);
    await indexer.kill();
    expect((await health())[0]).toBe(1);
  } finally {
    await Promise.all([collector.kill('SIGTERM'), indexer.kill()]);
    await engine.stop();
  }
}, 60_000);
