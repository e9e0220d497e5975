/** Debian's nginx with the configuration that operators are given, before indexers on ports of this machine. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLUSTER_PACKAGES, ensureDebianPackages } from '../../deploy/debian-packages.ts';
import { eventually } from './eventually.ts';
import { freePort, ROOT } from './program.ts';

export type LoadBalancer = { url: string; stop: () => Promise<void> };

/** `ports`: of the indexers, in the order in which the configuration names them. */
export async function startLoadBalancer(ports: readonly number[]): Promise<LoadBalancer> {
  ensureDebianPackages(CLUSTER_PACKAGES, 'a real load balancer');
  const dir = mkdtempSync(join(tmpdir(), 'quaylog-nginx-'));
  const port = await freePort();
  writeFileSync(join(dir, 'nginx.conf'), configurationFor(dir, { port, ports }));
  const args = ['-p', dir, '-c', join(dir, 'nginx.conf'), '-g', 'daemon off; user root;'];
  const server = spawn('nginx', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  process.once('exit', () => server.kill('SIGTERM'));
  const ended = new Promise<void>(done => server.once('exit', () => done()));
  const url = `http://127.0.0.1:${port}`;
  await eventually(() => server.exitCode !== null || reaches(url), { what: 'nginx listens' });
  if (server.exitCode !== null) throw new Error(`nginx did not start:\n${output}`);
  return {
    url,
    async stop() {
      server.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Whatever stands behind it. */
const reaches = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** Addresses and folders of this machine in the place of those of the containers; Debian's nginx is too old for `resolve`. */
function configurationFor(dir: string, { port, ports }: { port: number; ports: readonly number[] }): string {
  const text = readFileSync(join(ROOT, 'deploy/load-balancer.conf'), 'utf8');
  return text
    .replace(
      /server indexer-(\d):8600 resolve /g,
      (_, i: string) => `server 127.0.0.1:${ports[Number(i) - 1]} `,
    )
    .replace('listen 8600;', `listen 127.0.0.1:${port};`)
    .replaceAll(' /tmp/', ` ${dir}/`);
}
