/** Servers that we speak TLS to: the authority we believe, and what is wrong with the certificate that one shows. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { QuaylogError } from '#contract/quaylog-error.ts';

/** The text of the PEM file that a setting names. Throws `store_failed`, naming the setting, when it cannot be used. */
export function readAuthority(variable: string, path: string): string {
  const failed = (message: string, cause: unknown) =>
    new QuaylogError('store_failed', message, { cause, hint: 'Name a PEM file that this user may read.' });
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (cause) {
    throw failed(`cannot read ${variable}=${path}: ${(cause as Error).message}.`, cause);
  }
  try {
    new X509Certificate(pem);
  } catch (cause) {
    throw failed(`${variable}=${path} holds no certificate in PEM form.`, cause);
  }
  return pem;
}

/** `url`, `ca`: the settings that name the server and its authority. */
export type TlsSettingNames = { url: string; ca: string };

/**
 * What is wrong with the certificate of a server, and what to do, by the words of Node or OpenSSL; null when they are about something
 * else. `at`: the server, in words.
 */
export function explainCertificate(reason: string, at: string, { url, ca }: TlsSettingNames): string | null {
  // Node's advice is about its own flags.
  const said = reason.replace(/;.*/s, '').replace(/[\s:]+$/, '');
  if (/altname/i.test(said))
    return `The certificate of ${at} is for another name (${said}): write a name that it has in ${url}, or have it made for this one.`;
  if (/certificate has expired/i.test(said)) return `The certificate of ${at} has expired: renew it there.`;
  if (/not yet valid/i.test(said))
    return `The certificate of ${at} is not valid yet: compare the clock there with the one here.`;
  if (/certificate|self.signed|issuer/i.test(said))
    return `The certificate of ${at} is not trusted (${said}): set ${ca} to the PEM file of its authority.`;
  return null;
}
