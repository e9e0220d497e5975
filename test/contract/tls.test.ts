/** Certificates that the settings name: what is wrong with them is said before anything listens. */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAuthority } from '#indexer/authority.ts';
import { readTls } from '#indexer/tls.ts';
import { createAuthority } from '../support/certificates.ts';
import { ROOT } from '../support/program.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quaylog-tls-'));
  const authority = createAuthority(join(folder, 'ca'), 'test');
  for (const name of ['a', 'b']) authority.sign(join(folder, name));
  writeFileSync(join(folder, 'none.pem'), 'nothing');
  writeFileSync(join(folder, 'locked.pem'), '-----BEGIN ENCRYPTED PRIVATE KEY-----\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Paths within the folder; '' is not set. */
const read = (tlsCert: string, tlsKey: string, tlsClientCa = '') => {
  const pathOf = (name: string) => (name === '' ? '' : join(folder, name));
  return readTls({ tlsCert: pathOf(tlsCert), tlsKey: pathOf(tlsKey), tlsClientCa: pathOf(tlsClientCa) });
};

it.each([
  ['only a certificate', ['a/cert.pem', ''], /QUAYLOG_TLS_CERT is set, QUAYLOG_TLS_KEY is not/],
  ['only a key', ['', 'a/key.pem'], /QUAYLOG_TLS_KEY is set, QUAYLOG_TLS_CERT is not/],
  ['only an authority', ['', '', 'ca/ca.pem'], /QUAYLOG_TLS_CLIENT_CA needs https/],
  ['a file that is not there', ['gone.pem', 'a/key.pem'], /cannot read QUAYLOG_TLS_CERT=.*gone\.pem/],
  ['no certificate', ['none.pem', 'a/key.pem'], /QUAYLOG_TLS_CERT=.* holds no certificate/],
  ['no key', ['a/cert.pem', 'none.pem'], /QUAYLOG_TLS_KEY=.* holds no private key/],
  ['a key with a passphrase', ['a/cert.pem', 'locked.pem'], /QUAYLOG_TLS_KEY=.* has a passphrase/],
  ['no pair', ['a/cert.pem', 'b/key.pem'], /QUAYLOG_TLS_KEY=.* is not the key of QUAYLOG_TLS_CERT/],
  ['no authority', ['a/cert.pem', 'a/key.pem', 'none.pem'], /QUAYLOG_TLS_CLIENT_CA=.* holds no certificate/],
] as const)('%s', (_name, [cert, key, authority], complaint) => {
  expect(() => read(cert, key, authority)).toThrow(complaint);
});

it('the authority of a server that we speak to is read whole, comments and all', () => {
  const path = join(folder, 'commented.pem');
  writeFileSync(path, `# ours\n${readFileSync(join(folder, 'ca/ca.pem'), 'utf8')}`);
  expect(readAuthority('QUAYLOG_REDIS_CA', path)).toBe(readFileSync(path, 'utf8'));
});

it.each([
  ['gone.pem', /^cannot read QUAYLOG_REDIS_CA=.*gone\.pem: ENOENT/],
  ['none.pem', /^QUAYLOG_REDIS_CA=.*none\.pem holds no certificate in PEM form/],
  ['a/key.pem', /^QUAYLOG_REDIS_CA=.*key\.pem holds no certificate/],
])('%s is no authority of a server', (name, complaint) => {
  expect(() => readAuthority('QUAYLOG_REDIS_CA', join(folder, name))).toThrow(complaint);
});

it('the commands of docs/security.md make a certificate that the authority signed, in the name of the host', () => {
  const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
  const commands = /```sh\n(# The authority[^`]+)```/.exec(page)?.[1] ?? '';
  execFileSync('sh', ['-e'], { cwd: folder, input: commands, stdio: ['pipe', 'ignore', 'pipe'] });
  const certificate = (name: string) => new X509Certificate(readFileSync(join(folder, name)));
  expect(certificate('web-1.pem').verify(certificate('collectors-ca.pem').publicKey)).toBe(true);
  expect(certificate('web-1.pem').subject).toBe('CN=web-1');
  expect(read('web-1.pem', 'web-1.key', 'collectors-ca.pem')).toMatchObject({ requestCert: true });
});

it('nothing is plain http; a pair is TLS 1.2 or newer; an authority asks for certificates', () => {
  expect(read('', '')).toBeNull();
  expect(read('a/cert.pem', 'a/key.pem')).toMatchObject({ minVersion: 'TLSv1.2' });
  expect(read('a/cert.pem', 'a/key.pem')).not.toHaveProperty('requestCert');
  expect(read('a/cert.pem', 'a/key.pem', 'ca/ca.pem')).toMatchObject({ requestCert: true });
});
