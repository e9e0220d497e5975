/** Debian's nginx before a real node: TLS with certificates of the test's own, and who may come in. What it is can be changed at any time. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLUSTER_PACKAGES, ensureDebianPackages } from '../../deploy/debian-packages.ts';
import { createAuthority } from './certificates.ts';
import { eventually } from './eventually.ts';
import { freePort } from './program.ts';

export type Front = {
  /** The certificate it shows; null: it speaks plain http. */
  certificate: 'right' | 'of another name' | 'expired' | 'of another authority' | null;
  /** The only values of the header `Authorization` that are let in; null: whoever comes. */
  letsIn: readonly string[] | null;
  /** Nobody listens. */
  isAway: boolean;
  /** What stands behind it: the node, the page of an nginx that nobody has set up, or one answer to everything. */
  behind: 'node' | 'welcome page' | { answers: object };
};

export type ElasticsearchFront = {
  port: number;
  /** Resolves when it is so for new connections. */
  become: (front: Partial<Front>) => Promise<void>;
  stop: () => Promise<void>;
};

const RIGHT: Front = { certificate: 'right', isAway: false, letsIn: null, behind: 'node' };

/** `target`: the address of the node. `certificates`: of `makeCertificates`. */
export type FrontPlace = { target: string; certificates: string };

/** What neither `first` nor `become` names is right: a good certificate, and the node behind it. */
export async function startElasticsearchFront(
  place: FrontPlace,
  first: Partial<Front> = {},
): Promise<ElasticsearchFront> {
  ensureDebianPackages(CLUSTER_PACKAGES, 'a real TLS front');
  const dir = mkdtempSync(join(tmpdir(), 'quaylog-front-'));
  const port = await freePort();
  const write = (front: Partial<Front>) =>
    writeFileSync(join(dir, 'nginx.conf'), configurationOf({ ...RIGHT, ...front }, { ...place, dir, port }));
  write(first);
  const args = ['-p', dir, '-c', join(dir, 'nginx.conf'), '-g', 'daemon off; user root;'];
  const server = spawn('nginx', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  running.add(server);
  const ended = new Promise<void>(done => server.once('exit', () => done(void running.delete(server))));
  await eventually(() => server.exitCode !== null || output.includes('start worker process'), {
    what: 'nginx has started',
  });
  if (server.exitCode !== null) throw new Error(`nginx did not start:\n${output}`);
  return {
    port,
    async become(front) {
      write(front);
      const before = output.length;
      server.kill('SIGHUP');
      // Its old workers let go of the port before it says so.
      const said = await eventually(
        () => /worker process \d+ exited|\[emerg\].*/.exec(output.slice(before))?.[0],
        { what: 'nginx has changed' },
      );
      if (said.startsWith('[emerg]')) throw new Error(`nginx cannot be like that: ${said}`);
    },
    async stop() {
      server.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Told to end, it ends its workers, too. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach(server => server.kill('SIGTERM')));

const NAMES_HERE = ['IP:127.0.0.1', 'DNS:localhost'];

/** A folder of certificates for fronts, each in one of its own; that of the right one also has `ca.pem`, its authority. */
export function makeCertificates(): string {
  const dir = mkdtempSync(join(tmpdir(), 'quaylog-certificates-'));
  const authority = createAuthority(join(dir, 'authority'), 'quaylog test');
  authority.sign(join(dir, 'right'));
  authority.sign(join(dir, 'of another name'), ['DNS:elsewhere.example']);
  authority.sign(join(dir, 'expired'), NAMES_HERE, -1);
  createAuthority(join(dir, 'another authority'), 'somebody else').sign(join(dir, 'of another authority'));
  return dir;
}

function configurationOf(
  { certificate, isAway, letsIn, behind }: Front,
  { dir, port, target, certificates }: FrontPlace & { dir: string; port: number },
): string {
  const known = letsIn?.map(authorization => `"${authorization}" 1;`).join(' ');
  const files = `${certificates}/${certificate ?? ''}`;
  return `
worker_processes 1;
worker_shutdown_timeout 100ms;
pid ${dir}/nginx.pid;
error_log stderr notice;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(of => `${of}_temp_path ${dir}/${of};`).join(' ')}
  map_hash_bucket_size 256;
  map $http_authorization $may_enter { default ${letsIn === null ? 1 : 0}; ${known ?? ''} }
  server {
    listen ${isAway ? `unix:${dir}/away` : `127.0.0.1:${port}`}${certificate === null ? '' : ' ssl'};
    ${certificate === null ? '' : `ssl_certificate "${files}/cert.pem"; ssl_certificate_key "${files}/key.pem";`}
    client_max_body_size 64m;
    if ($may_enter = 0) { return 401; }
    location / { ${contentOf(behind, target)} }
  }
}
`;
}

/** Debian's nginx brings the page along. */
function contentOf(behind: Front['behind'], target: string): string {
  if (behind === 'node') return `proxy_pass ${target}; proxy_set_header Authorization "";`;
  if (behind === 'welcome page') return 'root /usr/share/nginx/html; index index.html;';
  return `default_type application/json; add_header X-Elastic-Product Elasticsearch; return 200 '${JSON.stringify(behind.answers)}';`;
}
