/** `npm run check`: types, lint, format, import borders, unused code, size of the dashboard. Two at a time: one per core. */
import { spawn } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';
import type { Counts } from './support/plain-summary.ts';

const FOLDERS = ['indexer', 'collector', 'dashboard', 'cli', 'deploy', 'test'];
const PARALLEL = 2;
/** Only files that changed are linted again; what a change does to the types of others, `tsc` sees, and a fresh clone lints all. */
const CACHE = ['--cache', '--cache-strategy', 'content', '--cache-location', 'node_modules/.cache/eslint/'];

type Outcome = { ok: boolean; output: string };
type Check = { name: string; run: () => Promise<Outcome> };

const CHECKS: Check[] = [
  {
    name: 'lint',
    run: () => tool('eslint', [...CACHE, '--max-warnings', '0', ...FOLDERS, 'vitest.config.ts']),
  },
  { name: 'types', run: () => tool('tsc', ['-b']) },
  { name: 'format', run: () => tool('prettier', ['--check', '--cache', '--log-level', 'warn', '.']) },
  { name: 'import borders', run: () => tool('depcruise', ['--output-type', 'err', ...FOLDERS]) },
  { name: 'unused code', run: () => tool('knip', []) },
  { name: 'dashboard size', run: () => tool('node', ['dashboard/size-check.ts']) },
];

/** Prints each check as it ends, and in full what is wrong. */
export async function runChecks(): Promise<Counts> {
  const waiting = [...CHECKS];
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const startedAt = performance.now();
      const { ok, output } = await check.run();
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      console.log(`${ok ? 'ok  ' : 'FAIL'} ${check.name}  ${seconds} s`);
      if (!ok) console.log(output);
      counts[ok ? 'passed' : 'failed'] += 1;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return counts;
}

function tool(command: string, args: string[]): Promise<Outcome> {
  const bin = resolve('node_modules/.bin');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`, NO_COLOR: '1' };
  const child = spawn(join(bin, command), args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  return new Promise(done => {
    child.on('error', error => done({ ok: false, output: error.message }));
    child.on('close', code => done({ ok: code === 0, output }));
  });
}

if (import.meta.main && (await runChecks()).failed > 0) process.exitCode = 1;
