/** An authority of the test's own, and what it signs, by Debian's openssl. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Signed = { ca: string; cert: string; key: string };
export type Authority = {
  /**
   * Writes `ca.pem`, `cert.pem` and `key.pem` into the folder; answers their text. `names` as `DNS:localhost` or `IP:127.0.0.1`.
   * `days`: how long it is good; below 0 it has expired.
   */
  sign: (dir: string, names?: string[], days?: number) => Signed;
};

/** Its own key and certificate go into `dir`. */
export function createAuthority(dir: string, name: string): Authority {
  mkdirSync(dir, { recursive: true });
  const [caKey, ca] = [join(dir, 'ca-key.pem'), join(dir, 'ca.pem')];
  openssl(['req', '-x509', ...NEW_KEY, '-keyout', caKey, '-out', ca, '-days', '2', '-subj', `/CN=${name}`]);
  return {
    sign(into, names = ['IP:127.0.0.1', 'DNS:localhost'], days = 2) {
      mkdirSync(into, { recursive: true });
      const [key, request, cert] = [join(into, 'key.pem'), join(into, 'request.pem'), join(into, 'cert.pem')];
      openssl(['req', ...NEW_KEY, '-keyout', key, '-out', request, '-subj', '/CN=quaylog test']);
      const extensions = join(into, 'extensions');
      writeFileSync(extensions, `subjectAltName=${names.join()}\nextendedKeyUsage=serverAuth,clientAuth\n`);
      const signing = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', String(days)];
      openssl(['x509', '-req', '-in', request, '-out', cert, ...signing, '-extfile', extensions]);
      const text = {
        ca: readFileSync(ca, 'utf8'),
        cert: readFileSync(cert, 'utf8'),
        key: readFileSync(key, 'utf8'),
      };
      writeFileSync(join(into, 'ca.pem'), text.ca);
      return text;
    },
  };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function openssl(args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
