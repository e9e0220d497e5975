/**
 * The root file system of the demo's containers, made of Debian packages from the mirror that this machine's apt uses:
 * no image registry is asked. Made once; the tar lies in the cache folder.
 */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ensureDebianPackages } from '../debian-packages.ts';
import type { DockerCli } from '../docker-cli.ts';

const PACKAGES = [
  'nginx-light',
  'redis-server',
  'uwsgi-core',
  'uwsgi-plugin-python3',
  'python3-flask',
  'python3-redis',
  'curl',
];
const LEFT_OUT = ['doc', 'man', 'info', 'locale'];

const run = promisify(execFile);

export type BaseImageOptions = {
  /** Where the tar is kept. */
  cacheDir: string;
  say: (text: string) => void;
  /** Ends a build that nobody waits for any more. */
  signal: AbortSignal;
};

/** Name of the image, imported into this engine if it was not yet. */
export async function ensureBaseImage(docker: DockerCli, options: BaseImageOptions): Promise<string> {
  const suite = debianSuite();
  const recipe = createHash('sha256')
    .update([suite, ...PACKAGES, ...LEFT_OUT].join())
    .digest('hex')
    .slice(0, 8);
  const image = `quaylog-demo-base:${suite}-${recipe}`;
  const known = await docker(['image', 'inspect', '-f', '{{.Id}}', image]).catch(() => '');
  if (known !== '') return image;
  const tar = join(options.cacheDir, `base-${suite}-${recipe}.tar`);
  if (!existsSync(tar)) {
    options.say(
      `building the demo image from Debian packages (${suite}: nginx, redis, uWSGI, Flask …); once, a minute or two`,
    );
    await buildRootFs(suite, tar, options.signal);
  }
  await docker(['import', tar, image]);
  return image;
}

function debianSuite(): string {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const suite = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(release)?.[1];
  if (suite !== undefined && existsSync('/etc/apt')) return suite;
  throw new Error(
    'the demo makes its containers of Debian packages and needs Debian or Ubuntu for that. ' +
      'With containers of your own: npm start',
  );
}

async function buildRootFs(suite: string, tar: string, signal: AbortSignal): Promise<void> {
  ensureDebianPackages(['mmdebstrap'], 'the demo image');
  mkdirSync(dirname(tar), { recursive: true });
  const sources = join(dirname(tar), 'sources.list');
  const unfinished = `${tar}.unfinished`;
  writeFileSync(sources, aptSources(suite));
  const args = [
    ...['--quiet', '--format=tar', '--variant=essential', `--include=${PACKAGES.join()}`],
    ...LEFT_OUT.map(name => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
    // Nothing is lost if the power goes during a build: it is made again.
    '--dpkgopt=force-unsafe-io',
    ...[suite, unfinished, sources],
  ];
  try {
    await run('mmdebstrap', args, { signal, maxBuffer: 64 * 1024 ** 2 });
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string };
    throw new Error(`the demo image could not be built: ${stderr.trim().split('\n').slice(-5).join('\n')}`, {
      cause,
    });
  } finally {
    rmSync(sources);
  }
  renameSync(unfinished, tar);
}

/** The machine's own sources of this suite, in the one-line form; third parties' suites have other names. */
function aptSources(suite: string): string {
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], {
    encoding: 'utf8',
  });
  const lines = stdout
    .split('\n')
    .filter(line => new RegExp(` ${suite}(-updates|-security)? (main|universe)$`).test(line))
    .map(line => `deb ${line}`);
  if (lines.length === 0) throw new Error(`apt has no source for ${suite} main: see /etc/apt/sources.list.d`);
  return `${[...new Set(lines)].join('\n')}\n`;
}
