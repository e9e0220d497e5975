/** Certificates from the settings, checked before anything listens. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import type { IndexerConfig } from './config.ts';

export type TlsSettings = Pick<IndexerConfig, 'tlsCert' | 'tlsKey' | 'tlsClientCa'>;

/**
 * What a server of https is made with; null for plain http. A client certificate is asked for but not insisted on here: people
 * have none, and which routes need one is decided with the route. Throws one sentence that names the setting.
 */
export function readTls(settings: TlsSettings) {
  const { tlsCert, tlsKey, tlsClientCa } = settings;
  if (tlsCert === '' && tlsKey === '' && tlsClientCa === '') return null;
  if (tlsCert === '' || tlsKey === '') {
    const [given, missing] =
      tlsCert === '' ? ['QUAYLOG_TLS_KEY', 'QUAYLOG_TLS_CERT'] : ['QUAYLOG_TLS_CERT', 'QUAYLOG_TLS_KEY'];
    throw new Error(
      tlsCert === tlsKey
        ? 'QUAYLOG_TLS_CLIENT_CA needs https: set QUAYLOG_TLS_CERT and QUAYLOG_TLS_KEY too.'
        : `${given} is set, ${missing} is not: https needs both.`,
    );
  }
  const cert = readPem('QUAYLOG_TLS_CERT', tlsCert);
  const key = readPem('QUAYLOG_TLS_KEY', tlsKey);
  checkPair(cert, key, settings);
  const clientCa = tlsClientCa === '' ? null : readPem('QUAYLOG_TLS_CLIENT_CA', tlsClientCa);
  if (clientCa !== null) certificateOf(clientCa, 'QUAYLOG_TLS_CLIENT_CA', tlsClientCa);
  const asked = clientCa === null ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false };
  return { cert, key, minVersion: 'TLSv1.2', ...asked } satisfies SecureContextOptions &
    Record<string, unknown>;
}

function readPem(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`cannot read ${variable}=${path}: ${(cause as Error).message}`, { cause });
  }
}

function checkPair(cert: string, key: string, { tlsCert, tlsKey }: TlsSettings): void {
  const certificate = certificateOf(cert, 'QUAYLOG_TLS_CERT', tlsCert);
  if (!certificate.checkPrivateKey(keyOf(key, tlsKey))) {
    throw new Error(
      `QUAYLOG_TLS_KEY=${tlsKey} is not the key of QUAYLOG_TLS_CERT=${tlsCert}: they must be a pair.`,
    );
  }
}

/** The first of the file: the server's own certificate, or one authority. */
function certificateOf(pem: string, variable: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new Error(`${variable}=${path} holds no certificate in PEM form.`, { cause });
  }
}

function keyOf(pem: string, path: string) {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const isLocked = /ENCRYPTED/.test(pem);
    const reason = isLocked ? 'has a passphrase: store it without one' : 'holds no private key in PEM form';
    throw new Error(`QUAYLOG_TLS_KEY=${path} ${reason}.`, { cause });
  }
}
