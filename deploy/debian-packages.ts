/** Debian packages that a command of ours needs: installed when we may, else named. */
import { spawnSync } from 'node:child_process';

/** What a real Elasticsearch node of the tests needs: it runs from jars of Maven Central. */
export const ELASTICSEARCH_PACKAGES = ['openjdk-17-jdk-headless', 'maven', 'libzstd1'];

/** What stands between several indexers in the tests. */
export const CLUSTER_PACKAGES = ['redis-server', 'nginx'];

/**
 * Makes sure that these packages are installed; quick when they are. As root on Debian or a relative it installs what
 * is missing, after saying so on stderr; otherwise it throws with the command to run.
 */
export function ensureDebianPackages(names: readonly string[], why: string): void {
  const missing = missingPackages(names);
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (!hasDpkg()) {
    throw new Error(`${why} needs what Debian calls ${missing.join(', ')}: install them, then try again`);
  }
  if (process.getuid?.() !== 0)
    throw new Error(`${why} needs packages that are missing. Run: sudo ${command}`);
  process.stderr.write(`Installing Debian packages for ${why}: ${missing.join(' ')}\n`);
  aptGet(['update', '-q']);
  aptGet(['install', '-y', '-q', '--no-install-recommends', ...missing]);
}

function missingPackages(names: readonly string[]): string[] {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n', ...names], {
    encoding: 'utf8',
  });
  const installed = new Set(
    // stdout is null when there is no dpkg at all.
    (query.error ? '' : query.stdout)
      .split('\n')
      .filter(line => line.endsWith(' installed'))
      .map(line => line.split(' ')[0]),
  );
  return names.filter(name => !installed.has(name));
}

const hasDpkg = (): boolean => spawnSync('dpkg', ['--version']).status === 0;

/** Its output is shown only when it fails: nobody wants two hundred lines of unpacking. */
function aptGet(args: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const result = spawnSync('apt-get', args, { env, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout}\n${result.stderr}\n`);
  throw new Error(`apt-get ${args[0] ?? ''} failed (its output is above)`);
}
