/** What an operator sees when something is wrong: one line that says what to do, and an exit code that is not 0. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, startProgram, untilAnswers } from '../support/program.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'quaylog-bad-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: string[], env: Record<string, string>) {
  const program = startProgram({ args, env: { QUAYLOG_DATA: join(folder, 'data'), ...env } });
  const code = await program.exitCode();
  const lines = program.output().trim().split('\n');
  return { code, lines };
}

it('an unknown setting is named', async () => {
  const { code, lines } = await run(['indexer'], { QUAYLOG_LISTN: '127.0.0.1:1' });
  expect(code).toBe(2);
  expect(lines).toEqual([expect.stringMatching(/QUAYLOG_LISTN is not a setting.*--help/)]);
});

it.each([
  ['QUAYLOG_LISTEN', 'everywhere'],
  ['QUAYLOG_RETENTION_AGE', 'a while'],
  ['QUAYLOG_RETENTION_SIZE', 'big'],
  ['QUAYLOG_WEBHOOK_SECRET', 'hunter2'],
  ['QUAYLOG_WEBHOOK_ALLOW', '10.0.0.0/99'],
])('a wrong %s is named, without its value when it is secret', async (key, value) => {
  const { code, lines } = await run(['indexer'], {
    [key]: value,
    QUAYLOG_WEBHOOK_URL: 'http://127.0.0.1:9/x',
  });
  expect(code).toBe(2);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(key);
  if (key.endsWith('SECRET')) expect(lines[0]).not.toContain(value);
});

describe('an address that others reach', () => {
  it('is not opened: it says what to set', async () => {
    const { code, lines } = await run(['indexer'], { QUAYLOG_LISTEN: `0.0.0.0:${await freePort()}` });
    expect(code).toBe(2);
    expect(lines).toHaveLength(1);
    for (const part of ['QUAYLOG_PASSWORD', 'quaylog token create --host NAME', 'QUAYLOG_AUTH=none'])
      expect(lines[0]).toContain(part);
  });

  it('is opened with a password, once a token was made', async () => {
    await run(['token', 'create', '--host', 'web'], {});
    const port = await freePort();
    const env = {
      QUAYLOG_DATA: join(folder, 'data'),
      QUAYLOG_LISTEN: `0.0.0.0:${port}`,
      QUAYLOG_PASSWORD: 'long enough',
    };
    const indexer = startProgram({ args: ['indexer'], env });
    await untilAnswers(`http://127.0.0.1:${port}/healthz`, indexer);
    expect(indexer.output()).toContain('plain http beyond this machine');
    await indexer.kill('SIGTERM');
  });
});

it('a certificate that cannot be read is named', async () => {
  const file = join(folder, 'gone.pem');
  const { code, lines } = await run(['indexer'], { QUAYLOG_TLS_CERT: file, QUAYLOG_TLS_KEY: file });
  expect(code).toBe(2);
  expect(lines).toEqual([expect.stringMatching(/cannot read QUAYLOG_TLS_CERT=.*gone\.pem/)]);
});

it('a taken port is named', async () => {
  const port = await freePort();
  const server = await new Promise<Server>(done => {
    const taken = createServer().listen(port, '127.0.0.1', () => done(taken));
  });
  const { code, lines } = await run(['indexer'], { QUAYLOG_LISTEN: `127.0.0.1:${port}` });
  server.close();
  expect(code).toBe(2);
  expect(lines).toEqual([
    expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${port} is taken.*QUAYLOG_LISTEN`)),
  ]);
});

it('a data folder that cannot be written is named', async () => {
  writeFileSync(join(folder, 'file'), '');
  const { code, lines } = await run(['indexer'], {
    QUAYLOG_DATA: join(folder, 'file', 'data'),
    QUAYLOG_LISTEN: `127.0.0.1:${await freePort()}`,
  });
  expect(code).toBe(2);
  expect(lines).toEqual([expect.stringMatching(/data folder.*QUAYLOG_DATA/)]);
});

it('an engine that is not there: up names the socket it tried and points at the demo', async () => {
  const { code, lines } = await run(['up'], {
    DOCKER_HOST: `unix://${folder}/none.sock`,
    QUAYLOG_LISTEN: `127.0.0.1:${await freePort()}`,
  });
  expect(code).not.toBe(0);
  expect(lines.join('\n')).toContain(`${folder}/none.sock`);
  expect(lines.join('\n')).toContain('npm run demo');
});

it('a rules file with a mistake names file and field', async () => {
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, 'rules:\n  - name: broken\n    match: { action: explode }\n    notify: []\n');
  const { code, lines } = await run(['indexer'], {
    QUAYLOG_RULES_FILE: file,
    QUAYLOG_LISTEN: `127.0.0.1:${await freePort()}`,
  });
  expect(code).toBe(2);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/rules\.yaml.*action/);
});
