/**
 * `npm run dev`: indexer and collector, started again whenever their sources change, and Vite in front of them, so that the
 * browser takes changes of the dashboard as they are saved. Uses this machine's engine.
 */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const QUAYLOG = join(ROOT, 'cli', 'quaylog.ts');
const VITE = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');

const children = [
  ['--watch-preserve-output', '--watch', QUAYLOG, 'indexer'],
  ['--watch-preserve-output', '--watch', QUAYLOG, 'collector'],
  [VITE, 'dashboard'],
].map(args => spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }));

for (const child of children) child.once('exit', code => stop(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(0));

function stop(exitCode: number): void {
  process.exitCode = exitCode;
  for (const child of children) child.kill('SIGTERM');
}
