/** A real engine that listens on TCP with TLS and asks for certificates, and what is said when something about them is wrong. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDockerEngine } from '#collector/engine/docker-engine.ts';
import { startPrivateEngine, type PrivateEngine } from '../../deploy/engine.ts';
import { createAuthority, type Authority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { freePort, startProgram } from '../support/program.ts';

let dir: string;
let engine: PrivateEngine;
let dockerHost: string;
let authority: Authority;
const folder = (name: string) => join(dir, name);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'qlt-'));
  authority = createAuthority(folder('authority'), 'quaylog test');
  authority.sign(folder('engine'));
  authority.sign(folder('client'));
  createAuthority(folder('stranger'), 'somebody else').sign(folder('strange'));
  const [port, pem] = [await freePort(), (name: string) => join(folder('engine'), name)];
  const tls = [
    '--tlsverify',
    '--tlscacert',
    pem('ca.pem'),
    '--tlscert',
    pem('cert.pem'),
    '--tlskey',
    pem('key.pem'),
  ];
  dockerHost = `tcp://127.0.0.1:${port}`;
  engine = await startPrivateEngine({ dir: folder('data'), flags: ['-H', dockerHost, ...tls] });
});
afterAll(async () => {
  await engine?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const open = (certPath: string, host = dockerHost) => createDockerEngine(host, { verify: '1', certPath });

describe('an engine behind TLS', () => {
  it('is described and listed', async () => {
    const over = open(folder('client'));
    expect((await over.describe()).id).toBe((await createDockerEngine(engine.dockerHost).describe()).id);
    expect(await over.list()).toEqual([]);
    expect(await open(folder('client'), dockerHost.replace('tcp', 'https')).list()).toEqual([]);
  });

  it('whose certificate does not verify is tried again, and said to be so', async () => {
    await expect(open(folder('strange')).describe()).rejects.toMatchObject({
      code: 'untrusted',
      retry: true,
      message: expect.stringMatching(
        /certificate of the engine at tcp:.* does not verify.*ca\.pem/,
      ) as string,
    });
  });

  it('whose certificate bears another name is not believed', async () => {
    const wrongName = dockerHost.replace('127.0.0.1', '127.0.0.2');
    const tunnel = createServer(
      socket => void socket.pipe(connect(Number(URL.parse(dockerHost)?.port))).pipe(socket),
    );
    await new Promise<void>(done => tunnel.listen(Number(URL.parse(dockerHost)?.port), '127.0.0.2', done));
    await expect(open(folder('client'), wrongName).describe()).rejects.toThrow(
      /does not verify.*bear the name/,
    );
    tunnel.close();
  });

  it('does not take a certificate that it does not know', async () => {
    const mixed = folder('mixed');
    createAuthority(folder('mixed-authority'), 'somebody else').sign(mixed);
    copyFileSync(join(folder('client'), 'ca.pem'), join(mixed, 'ca.pem'));
    await expect(open(mixed).describe()).rejects.toMatchObject({
      code: 'untrusted',
      message: expect.stringMatching(/does not take our certificate/) as string,
    });
  });

  it('says so when it is asked without', async () => {
    await expect(createDockerEngine(dockerHost).describe()).rejects.toThrow(/DOCKER_TLS_VERIFY=1/);
  });

  it.each([
    ['no folder', () => folder('nowhere'), /nowhere\/ca\.pem is missing/],
    ['no key', () => part(['ca.pem', 'cert.pem']), /key\.pem is missing/],
    [
      'a key of another',
      () => part(['ca.pem', 'cert.pem'], join(folder('strange'), 'key.pem')),
      /belong to cert\.pem/,
    ],
    ['text that is none', () => part(['cert.pem', 'key.pem']), /ca\.pem is not a certificate/],
  ])('is not asked with %s', (_, certPath, complaint) => {
    expect(() => open(certPath())).toThrow(complaint);
  });

  it('is waited for by a collector until it can be trusted', async () => {
    const certPath = folder('renewed');
    const strange = createAuthority(folder('renewed-authority'), 'somebody else');
    strange.sign(certPath);
    const collector = startProgram({
      args: ['collector'],
      env: {
        DOCKER_HOST: dockerHost,
        DOCKER_TLS_VERIFY: '1',
        DOCKER_CERT_PATH: certPath,
        QUAYLOG_DATA: folder('collector'),
        QUAYLOG_INDEXER_URL: 'http://127.0.0.1:9',
      },
    });
    await eventually(() => collector.output().includes('does not verify'), { what: 'it complains' });
    authority.sign(certPath);
    await eventually(() => collector.output().includes('listening to the engine'), { what: 'it collects' });
    await collector.kill('SIGTERM');
  });
});

/** A folder with only some of the files, or with something else in their place. */
function part(names: string[], key?: string): string {
  const into = mkdtempSync(folder('part-'));
  for (const name of names) copyFileSync(join(folder('client'), name), join(into, name));
  if (key !== undefined) copyFileSync(key, join(into, 'key.pem'));
  if (!names.includes('ca.pem')) writeFileSync(join(into, 'ca.pem'), 'no certificate');
  return into;
}
