/**
 * `node deploy/bundle.ts [FOLDER]`: the programs as JavaScript that needs no npm packages beside it, for images and for machines
 * without npm. `node FOLDER/quaylog.js` is then the command `quaylog`. What it makes:
 *
 *     quaylog.js  package.json            the command, and which version it is
 *     health.js                          the health check of the image
 *     cli/  indexer/  collector/          one file for each program and each thread, where its source lies
 *     dashboard/dist/                     the page that the indexer serves, as it was built before
 *     node_modules/                       packages that cannot be one file: native code, or files that they serve
 */
import { build, type Plugin } from 'esbuild';
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
/**
 * Output without its ending → source. A file finds others by its own place, so each lies where its source does; what the store
 * starts is looked for beside the program that the store has become part of.
 */
const ENTRIES = {
  'cli/quaylog': 'cli/quaylog.ts',
  'indexer/main': 'indexer/main.ts',
  'collector/main': 'collector/main.ts',
  health: 'deploy/health.ts',
  'indexer/embedded/ask/read-worker': 'indexer/store/embedded/ask/read-worker.ts',
  'indexer/embedded/pack/pack-worker': 'indexer/store/embedded/pack/pack-worker.ts',
  'indexer/embedded/write/write-worker': 'indexer/store/embedded/write/write-worker.ts',
};
const KEPT_AS_PACKAGES = ['@node-rs/argon2', '@fastify/swagger-ui'];

/** Rejects when the dashboard was not built, or when a source does not compile. */
export async function bundle(outdir: string): Promise<void> {
  const dashboard = join(ROOT, 'dashboard/dist');
  if (!existsSync(join(dashboard, 'index.html')))
    throw new Error('the dashboard is not built: run `vite build dashboard` first');
  rmSync(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES,
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Names stay, so that a stack trace from an operator can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'linked',
    external: KEPT_AS_PACKAGES,
    plugins: [namesOfOutputs],
    banner: { js: COMMONJS },
    logLevel: 'warning',
  });
  cpSync(dashboard, join(outdir, 'dashboard/dist'), { recursive: true });
  copyPackages(KEPT_AS_PACKAGES, join(outdir, 'node_modules'));
  const { name, version, license } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
  writeFileSync(join(outdir, 'package.json'), JSON.stringify({ name, version, license, type: 'module' }));
  cpSync(join(ROOT, 'LICENSE'), join(outdir, 'LICENSE'));
  const command = join(outdir, 'quaylog.js');
  writeFileSync(command, `#!/usr/bin/env node\nawait import('./cli/quaylog.js');\n`);
  chmodSync(command, 0o755);
}

/** Packages in the older format expect these three. */
const COMMONJS = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
].join('');

/** What is started by its path, `new URL('./some.ts', import.meta.url)`, ends in `.js` here. */
const namesOfOutputs: Plugin = {
  name: 'names-of-outputs',
  setup(building) {
    building.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replace(
        /(new URL\((['`])[^'`]+)\.ts(\2, import\.meta\.url\))/g,
        '$1.js$3',
      ),
    }));
  },
};

type Manifest = {
  name: string;
  version: string;
  license: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
};

/** With all that they need in turn. An optional one that is not installed is for another platform. */
function copyPackages(names: string[], into: string): void {
  const waiting = names.map(name => ({ name, from: ROOT }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { name, from } = next;
    const source = folderOf(name, from);
    const target = join(into, name);
    if (source === null || existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    cpSync(source, target, {
      recursive: true,
      filter: path => !/\/node_modules|\.map$/.test(path.slice(source.length)),
    });
    const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest;
    const needed = { ...manifest.dependencies, ...manifest.optionalDependencies };
    waiting.push(...Object.keys(needed).map(need => ({ name: need, from: source })));
  }
}

/** Where Node would find it from there. */
function folderOf(name: string, from: string): string | null {
  const folders = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  return (
    folders.map(folder => join(folder, name)).find(folder => existsSync(join(folder, 'package.json'))) ?? null
  );
}

if (import.meta.main) {
  const outdir = resolve(process.argv[2] ?? join(ROOT, 'dist'));
  await bundle(outdir);
  const files = globSync('**/*', { cwd: outdir, withFileTypes: true }).filter(entry => entry.isFile());
  process.stdout.write(`quaylog: ${files.length} files in ${outdir}\n`);
}
