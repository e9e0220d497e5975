import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const children: ChildProcess[] = [];
const dir = mkdtempSync(join(tmpdir(), 'quaylog-main-'));
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

type Ended = { code: number | null; errors: string };

/** Runs the collector; `when` in its output makes it stop. */
function run(env: Record<string, string>, when?: RegExp): Promise<Ended> {
  const main = new URL('./main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let errors = '';
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString();
    if (when?.test(errors)) child.kill('SIGTERM');
  });
  return new Promise(resolve => child.once('exit', code => resolve({ code, errors })));
}

describe('the program', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['a setting that does not exist', { QUAYLOG_NOPE: '1' }, /QUAYLOG_NOPE is not a setting/],
    ['an address that is none', { DOCKER_HOST: 'nonsense' }, /DOCKER_HOST=nonsense .*unix:\/\//],
    ['a size that is none', { QUAYLOG_MAX_LINE: 'long' }, /QUAYLOG_MAX_LINE=long is not a size/],
    [
      'a filter that is none',
      { QUAYLOG_INCLUDE: 'name:web*,nmae:db' },
      /QUAYLOG_INCLUDE has nmae:db, .*name:web\*/,
    ],
    ['an indexer that is no URL', { QUAYLOG_INDEXER_URL: 'here' }, /QUAYLOG_INDEXER_URL=here is not/],
  ])(
    'ends with one line that says so: %s',
    async (...[, env, message]) => {
      const { code, errors } = await run(env);
      expect(code).toBe(2);
      expect(errors).toMatch(message);
      expect(errors.trim().split('\n')).toHaveLength(1);
    },
    30_000,
  );

  it('ends with one line when its folder cannot be made', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'quaylog-main-')), 'file');
    writeFileSync(file, '');
    const { code, errors } = await run({ QUAYLOG_DATA: join(file, 'data') });
    expect([code, errors.trim().split('\n').length]).toEqual([2, 1]);
    rmSync(join(file, '..'), { recursive: true });
  }, 30_000);

  it('waits for an engine that is away, and ends when it is told to', async () => {
    const env = { DOCKER_HOST: `unix://${dir}/docker.sock`, QUAYLOG_DATA: join(dir, 'data') };
    const { code, errors } = await run(env, /engine is away/);
    expect(code).toBe(0);
    expect(errors).toContain(`${dir}/docker.sock`);
  }, 30_000);
});
