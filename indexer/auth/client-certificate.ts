/** What the certificate of a collector says. */
import type { PeerCertificate, TLSSocket } from 'node:tls';

/** Null when the peer showed a certificate that our authority signed, else why not. */
export function certificateTrouble(socket: TLSSocket): string | null {
  if (socket.authorized) return null;
  const hasShown = Object.keys(socket.getPeerCertificate()).length > 0;
  // Typed as an Error, but it is the code of OpenSSL's verdict.
  const verdict = String(socket.authorizationError);
  return hasShown ? `the one shown was not accepted (${verdict})` : 'none was shown';
}

/** Common name and DNS names, each once. */
export function namesOf(certificate: Partial<PeerCertificate>): string[] {
  const { subject, subjectaltname } = certificate;
  const common = [subject?.CN ?? []].flat();
  const alternative = (subjectaltname ?? '')
    .split(/, */)
    .flatMap(name => (name.startsWith('DNS:') ? [name.slice('DNS:'.length)] : []));
  return [...new Set([...common, ...alternative])];
}
