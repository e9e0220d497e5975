/** A real Podman behind its Docker-compatible socket, for a test: Debian's, with a folder of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDebianPackages } from '../../deploy/debian-packages.ts';
import { dockerCli } from '../../deploy/docker-cli.ts';
import { isEngineReachable } from '../../deploy/engine.ts';
import type { TestEngine } from './docker-engine.ts';
import { eventually } from './eventually.ts';

const PODMAN_PACKAGES = ['podman', 'runc', 'docker.io'];

/** No systemd, no network and few open files are needed: it runs where a private Docker engine does. */
const CONFIGURATION = `
[containers]
default_ulimits=["nofile=1024:1024","nproc=1024:1024"]
netns="none"
log_driver="k8s-file"
[engine]
cgroup_manager="cgroupfs"
events_logger="file"
runtime="runc"
`;

export async function startPodman(): Promise<TestEngine> {
  ensureDebianPackages(PODMAN_PACKAGES, 'a real Podman');
  const dir = mkdtempSync(join(tmpdir(), 'qlp-'));
  writeFileSync(join(dir, 'containers.conf'), CONFIGURATION);
  const socket = join(dir, 'podman.sock');
  const env = { ...process.env, CONTAINERS_CONF: join(dir, 'containers.conf') };
  const own = ['--root', join(dir, 'root'), '--runroot', join(dir, 'run'), '--tmpdir', join(dir, 'tmp')];
  const podman = [...own, '--storage-driver', 'vfs'];
  const service = spawn('podman', [...podman, 'system', 'service', '-t', '0', `unix://${socket}`], {
    env,
    stdio: 'ignore',
  });
  const dockerHost = `unix://${socket}`;
  await eventually(() => isEngineReachable(dockerHost), { what: 'Podman answers', withinMs: 60_000 });
  return {
    socket,
    dockerHost,
    docker: dockerCli(dockerHost),
    async stop() {
      execFileSync('podman', [...podman, 'rm', '-af', '-t', '0'], { env, stdio: 'ignore' });
      const ended = new Promise(done => service.once('exit', done));
      service.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
