/**
 * A stand-in for the image that ours is made from, under its name, so that no image registry is asked: the Node and npm of these
 * tests with the libraries they load, a shell, and the authorities that this machine trusts.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ensureDebianPackages } from '../../deploy/debian-packages.ts';
import type { DockerCli } from '../../deploy/docker-cli.ts';

const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

export async function importNodeImage(docker: DockerCli, image: string): Promise<void> {
  ensureDebianPackages(['busybox-static', 'ca-certificates'], 'the image under test');
  const dir = mkdtempSync(join(tmpdir(), 'quaylog-node-image-'));
  const root = (path: string) => join(dir, 'root', path);
  try {
    for (const folder of [
      'bin',
      'usr/bin',
      'usr/local/bin',
      'lib64',
      'tmp',
      'proc',
      'sys',
      'dev',
      'etc',
      dirname(AUTHORITIES),
    ])
      mkdirSync(root(folder), { recursive: true });
    copyFileSync('/bin/busybox', root('bin/busybox'));
    for (const command of output('/bin/busybox', ['--list']))
      if (command !== 'busybox') symlinkSync('busybox', root(`bin/${command}`));
    symlinkSync('/bin/env', root('usr/bin/env'));
    copyFileSync(process.execPath, root('usr/local/bin/node'));
    for (const library of librariesOf(process.execPath))
      copyFileSync(library, root(`lib64/${basename(library)}`));
    cpSync(npmFolder(), root('opt/npm'), { recursive: true });
    symlinkSync('/opt/npm/bin/npm-cli.js', root('usr/local/bin/npm'));
    copyFileSync(AUTHORITIES, root(AUTHORITIES));
    execFileSync('tar', ['-C', join(dir, 'root'), '-cf', join(dir, 'image.tar'), '.']);
    const settings = [
      'PATH=/usr/local/bin:/usr/bin:/bin',
      'LD_LIBRARY_PATH=/lib64',
      `NODE_EXTRA_CA_CERTS=${AUTHORITIES}`,
    ];
    await docker([
      'import',
      ...settings.flatMap(setting => ['-c', `ENV ${setting}`]),
      join(dir, 'image.tar'),
      image,
    ]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Those of the C library that packages with native code may want, and what this Node is linked with. */
const librariesOf = (program: string): string[] => {
  const linked = output('ldd', [program]).flatMap(line => /(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  const libc = linked.find(path => basename(path).startsWith('libc.so')) ?? '';
  return [
    ...new Set([...linked, ...globSync(join(dirname(libc), 'lib{rt,util,resolv,nss_dns,nss_files}.so.*'))]),
  ];
};

const npmFolder = (): string =>
  dirname(dirname(realpathSync(output('sh', ['-c', 'command -v npm'])[0] ?? '')));

const output = (command: string, args: string[]): string[] =>
  execFileSync(command, args, { encoding: 'utf8' }).trim().split('\n');
