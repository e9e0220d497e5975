/** Fails when what a first visit must load grows over the budget. Run after `vite build dashboard`. */
/// <reference types="node" />
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const KB = 1_000;
const BUDGET = { initialJs: 230 * KB, css: 25 * KB, lazyChunk: 60 * KB };

type Chunk = { file: string; isEntry?: boolean; imports?: string[] };

const dist = join(import.meta.dirname, 'dist');
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;

const gzipped = (file: string): number => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;

/** The entry and everything it imports at once; what it imports later is not followed. */
function initialFiles(): Set<string> {
  const files = new Set<string>();
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (!chunk || files.has(chunk.file)) return;
    files.add(chunk.file);
    chunk.imports?.forEach(visit);
  };
  for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) visit(key);
  return files;
}

const initial = initialFiles();
const assets = readdirSync(join(dist, 'assets')).map(name => `assets/${name}`);
const sum = (files: Iterable<string>): number => [...files].reduce((total, file) => total + gzipped(file), 0);
const lazy = assets.filter(file => file.endsWith('.js') && !initial.has(file));

const checks = [
  { name: 'initial JS', bytes: sum(initial), budget: BUDGET.initialJs },
  { name: 'all CSS', bytes: sum(assets.filter(file => file.endsWith('.css'))), budget: BUDGET.css },
  ...lazy.map(file => ({ name: file, bytes: gzipped(file), budget: BUDGET.lazyChunk })),
];
for (const { name, bytes, budget } of checks) {
  const verdict = bytes > budget ? 'OVER' : 'ok';
  process.stdout.write(
    `${verdict.padEnd(5)}${(bytes / KB).toFixed(1).padStart(7)} kB gz of ${budget / KB}  ${name}\n`,
  );
}
if (checks.some(({ bytes, budget }) => bytes > budget)) process.exitCode = 1;
