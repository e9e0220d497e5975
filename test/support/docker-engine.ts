/** A real Docker engine for a test, and a small image that needs no registry. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDebianPackages } from '../../deploy/debian-packages.ts';
import { dockerCli, type DockerCli } from '../../deploy/docker-cli.ts';
import { startPrivateEngine } from '../../deploy/engine.ts';

export type TestEngine = {
  /** Path of the unix socket; empty for an engine reached by tcp. */
  socket: string;
  dockerHost: string;
  /** `docker ARGS`; resolves with what it printed, trimmed. Containers it makes are gone after `stop`. */
  docker: DockerCli;
  stop: () => Promise<void>;
};

/** A private engine of this process; or the one `QUAYLOG_TEST_ENGINE` names, on which only our own containers are removed. */
export async function startTestEngine(): Promise<TestEngine> {
  const named = process.env.QUAYLOG_TEST_ENGINE;
  return named ? borrowEngine(named) : startOwnEngine();
}

const BUSYBOX_IMAGE = 'quaylog-test/busybox';

/** Makes the image `quaylog-test/busybox` out of Debian's static busybox: a shell with all its commands in /bin. */
export async function importBusybox(engine: { docker: DockerCli }): Promise<string> {
  if ((await engine.docker(['image', 'ls', '-q', BUSYBOX_IMAGE])) !== '') return BUSYBOX_IMAGE;
  ensureDebianPackages(['busybox-static'], 'the test image');
  const dir = mkdtempSync(join(tmpdir(), 'quaylog-busybox-'));
  try {
    for (const folder of ['bin', 'tmp', 'etc', 'proc', 'sys', 'dev'])
      mkdirSync(join(dir, 'root', folder), { recursive: true });
    copyFileSync('/bin/busybox', join(dir, 'root/bin/busybox'));
    const commands = execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).split('\n');
    for (const command of commands)
      if (command !== '' && command !== 'busybox') symlinkSync('busybox', join(dir, 'root/bin', command));
    execFileSync('tar', ['-C', join(dir, 'root'), '-cf', join(dir, 'image.tar'), '.']);
    await engine.docker(['import', '--change', 'CMD ["sh"]', join(dir, 'image.tar'), BUSYBOX_IMAGE]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return BUSYBOX_IMAGE;
}

async function startOwnEngine(): Promise<TestEngine> {
  const dir = mkdtempSync(join(tmpdir(), 'qlt-'));
  const engine = await startPrivateEngine({ dir, network: 'none' });
  return {
    socket: engine.socket,
    dockerHost: engine.dockerHost,
    docker: dockerCli(engine.dockerHost),
    async stop() {
      await engine.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function borrowEngine(dockerHost: string): TestEngine {
  const docker = dockerCli(dockerHost);
  const mark = `quaylog-test=${randomUUID()}`;
  return {
    socket: dockerHost.startsWith('unix://') ? dockerHost.slice('unix://'.length) : '',
    dockerHost,
    docker: ([command = '', ...args]) =>
      docker(
        command === 'run' || command === 'create' ? [command, '--label', mark, ...args] : [command, ...args],
      ),
    async stop() {
      const ids = (await docker(['ps', '-aq', '--filter', `label=${mark}`]))
        .split('\n')
        .filter(id => id !== '');
      if (ids.length > 0) await docker(['rm', '-f', ...ids]);
    },
  };
}
