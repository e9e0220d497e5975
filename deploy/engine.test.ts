import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { dockerCli } from './docker-cli.ts';
import { isEngineReachable, startPrivateEngine } from './engine.ts';

const DEADLINE_MS = 60_000;
const folders: string[] = [];
const aFolder = (prefix = 'quaylog-engine-'): string => {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  folders.push(folder);
  return folder;
};
afterEach(() => folders.splice(0).forEach(folder => rmSync(folder, { recursive: true, force: true })));

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await delay(50);
  }
}

describe('a private engine', () => {
  test('answers once started, leaves nothing once stopped, and starts again in the same folder', async () => {
    const dir = aFolder();
    for (const round of ['first', 'second']) {
      const engine = await startPrivateEngine({ dir });
      expect(await dockerCli(engine.dockerHost)(['info', '-f', '{{.DockerRootDir}}']), round).toBe(
        join(dir, 'data'),
      );
      await Promise.all([engine.stop(), engine.stop()]);
      expect(await isEngineReachable(engine.dockerHost)).toBe(false);
      expect(existsSync(`/proc/${engine.pid}`)).toBe(false);
      expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(dir);
    }
  });

  test('works in a folder whose path is too long for a socket', async () => {
    const dir = join(aFolder(), 'deep/'.repeat(20));
    const engine = await startPrivateEngine({ dir });
    expect(engine.socket.length).toBeLessThan(108);
    expect(await isEngineReachable(engine.dockerHost)).toBe(true);
    await engine.stop();
  });

  test('ends with the process that started it, even when that one is killed', async () => {
    const dir = aFolder();
    const module = JSON.stringify(join(import.meta.dirname, 'engine.ts'));
    const script = `import { startPrivateEngine } from ${module}; await startPrivateEngine({ dir: process.argv[1] }); setInterval(() => {}, 1e6)`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script, dir], { stdio: 'inherit' });
    const socket = `unix://${join(dir, 'docker.sock')}`;
    await until('the engine answers', () => isEngineReachable(socket));
    const pid = Number(readFileSync(join(dir, 'pid'), 'utf8'));
    owner.kill('SIGKILL');
    await until('the engine is gone', () => !existsSync(`/proc/${pid}`));
    expect(await isEngineReachable(socket)).toBe(false);
  });
});

test('nothing answers at an address of another kind, and that is no error', async () => {
  expect(await isEngineReachable('ssh://host')).toBe(false);
  expect(await isEngineReachable('unix:///nowhere.sock')).toBe(false);
});
