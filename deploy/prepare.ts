/** What an npm script needs besides npm packages: Debian packages for the tests, and the dashboard built from its sources. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { CLUSTER_PACKAGES, ELASTICSEARCH_PACKAGES, ensureDebianPackages } from './debian-packages.ts';
import { ENGINE_PACKAGES } from './engine.ts';

const TEST_PACKAGES = [
  ...ENGINE_PACKAGES,
  ...ELASTICSEARCH_PACKAGES,
  ...CLUSTER_PACKAGES,
  'busybox-static',
  'podman',
  'runc',
  'chromium',
  'fonts-dejavu-core',
];
const BUILDS_DASHBOARD = ['start', 'demo', 'test', 'check'];
const DASHBOARD_SOURCES = [
  'dashboard/index.html',
  'dashboard/vite.config.ts',
  'dashboard/{src,public}/**/*',
  'indexer/contract/*.ts',
  'package-lock.json',
];
const DASHBOARD_BUILT = 'dashboard/dist/index.html';

function prepare(mode: string): void {
  if (mode === 'test')
    ensureDebianPackages(
      TEST_PACKAGES,
      'the tests (real engines, a real browser, a real Elasticsearch, Redis and nginx)',
    );
  if (BUILDS_DASHBOARD.includes(mode) && isDashboardStale()) buildDashboard();
}

function isDashboardStale(): boolean {
  if (!existsSync(DASHBOARD_BUILT)) return true;
  const builtAt = statSync(DASHBOARD_BUILT).mtimeMs;
  return globSync(DASHBOARD_SOURCES).some(path => statSync(path).mtimeMs > builtAt);
}

function buildDashboard(): void {
  process.stderr.write('quaylog: building the dashboard ...\n');
  const vite = ['node_modules/vite/bin/vite.js', 'build', 'dashboard', '--logLevel', 'warn'];
  const { status } = spawnSync(process.execPath, vite, { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the dashboard could not be built (see above)');
}

try {
  prepare(process.argv[2] ?? 'dev');
} catch (error) {
  process.stderr.write(`quaylog: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
