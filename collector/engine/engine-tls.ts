/** The certificates of an engine behind TLS, in the folder and under the names that Docker's own command uses. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SecureContext } from 'node:tls';
import { EngineError } from './engine-error.ts';

/**
 * What proves both sides: `ca.pem` the engine's, `cert.pem` and `key.pem` ours, where the engine wants to know. `certPath` empty:
 * `~/.docker` for `tcp://`; for `https://` the authorities that Node knows, and nothing of ours. Throws `EngineError`
 * `bad_certificate` for files that are missing, unreadable or do not belong together.
 */
export function readCertificates(dockerHost: string, certPath: string): SecureContext {
  const { createSecureContext } = process.getBuiltinModule('node:tls');
  if (certPath === '' && dockerHost.startsWith('https://')) return createSecureContext();
  const dir = certPath || join(homedir(), '.docker');
  const ca = readPem(dir, 'ca.pem');
  if (ca === null) throw missing(dir, 'ca.pem', 'the authority that signed the certificate of the engine');
  const cert = readPem(dir, 'cert.pem');
  const key = readPem(dir, 'key.pem');
  if ((cert === null) !== (key === null))
    throw missing(dir, cert === null ? 'cert.pem' : 'key.pem', 'both of cert.pem and key.pem, or neither');
  for (const [name, pem] of [
    ['ca.pem', ca],
    ['cert.pem', cert],
  ] as const)
    // prettier-ignore
    if (pem !== null) checkCertificate(join(dir, name), pem);
  if (cert === null || key === null) return createSecureContext({ ca });
  try {
    return createSecureContext({ ca, cert, key });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' ? 'does not belong to cert.pem' : message;
    throw new EngineError('bad_certificate', `${join(dir, 'key.pem')} cannot be used: ${reason}`, cause);
  }
}

function readPem(dir: string, name: string): string | null {
  try {
    return readFileSync(join(dir, name), 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new EngineError('bad_certificate', `${join(dir, name)} cannot be read: ${message}`, cause);
  }
}

const missing = (dir: string, name: string, wanted: string): EngineError =>
  new EngineError('bad_certificate', `${join(dir, name)} is missing: DOCKER_CERT_PATH must hold ${wanted}`);

function checkCertificate(path: string, pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (cause) {
    throw new EngineError('bad_certificate', `${path} is not a certificate in PEM`, cause);
  }
}
