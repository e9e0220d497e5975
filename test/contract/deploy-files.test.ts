/** The files that operators copy: they say what the programs understand, and give no right that is not needed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '#contract/setting-list.ts';
import { ENGINE_PATHS } from '#collector/engine/engine-path.ts';
import { ROOT } from '../support/program.ts';

type Service = {
  image: string;
  command?: string[];
  user?: string;
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  labels: Record<string, string>;
} & Record<string, unknown>;
type Compose = { services: Record<string, Service>; volumes: Record<string, unknown> };

const read = (name: string) => readFileSync(join(ROOT, 'deploy', name), 'utf8');
const compose = (name: string) => parse(read(name), { merge: true }) as Compose;
const FILES = ['compose.yaml', 'compose.collector.yaml', 'compose.socket-proxy.yaml'];
const services = FILES.flatMap(file =>
  Object.entries(compose(file).services).map(([name, service]) => ({ file, name, service })),
);
const KNOWN = new Set<string>(Object.values(SETTINGS).map(({ env }) => env));

describe.each(services)('$name of $file', ({ file, name, service }) => {
  it('runs with no right but what it needs', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
      pids_limit: 100,
      mem_limit: expect.anything() as unknown,
      logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
      labels: { 'quaylog.role': name },
    });
    expect(service).not.toHaveProperty('privileged');
    expect(service).not.toHaveProperty('cap_add');
    expect(service.user ?? '65534').toMatch(/^65534/);
  });

  it('sets only what there is, and demands its secrets', () => {
    const settings = Object.entries(service.environment ?? {});
    expect(settings.filter(([key]) => !KNOWN.has(key))).toEqual([]);
    for (const [key, value] of settings)
      if (/PASSWORD|TOKEN/.test(key)) expect(value).toMatch(/\$\{QUAYLOG_(PASSWORD|TOKEN):\?/);
  });

  it('mounts what is there, and of the host only to read', () => {
    const volumes = service.volumes ?? [];
    const named = Object.keys(compose(file).volumes);
    for (const volume of volumes) {
      const [from = ''] = volume.split(':');
      if (/^[./]/.test(from)) expect(volume).toMatch(/:ro$/);
      else expect(named).toContain(from);
    }
    const seesEngine = volumes.some(volume => volume.includes('docker.sock'));
    expect(seesEngine).toBe(
      name === 'socket-proxy' || (name === 'collector' && file !== 'compose.socket-proxy.yaml'),
    );
  });

  it('lets nobody in from outside unless told to', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/:-127\.0\.0\.1:/);
  });
});

const ATTACH = '/containers/{id}/attach/ws';

describe('the proxy before the socket', () => {
  const rules = [...read('socket-proxy.conf').matchAll(/^ +"~(.+)" 1;$/gm)].map(
    ([, rule]) => new RegExp(rule ?? ''),
  );
  const id = 'a'.repeat(64);
  const allows = (request: string) => rules.filter(rule => rule.test(request)).length;

  it('allows what a collector asks, each path by one rule', () => {
    expect(rules).toHaveLength(ENGINE_PATHS.length);
    for (const path of ENGINE_PATHS.filter(listed => listed !== ATTACH)) {
      const query =
        /events|json|logs|stats/.test(path) && path !== '/containers/{id}/json' ? '?since=1.000000001' : '';
      const asked = path.replace('{id}', id) + query;
      expect([path, allows(`GET ${asked}`), allows(`GET /v1.53${asked}`)]).toEqual([path, 1, 1]);
    }
  });

  it.each(['stdout=1&stderr=0', 'stdout=0&stderr=1', 'stdout=1&stderr=1'])(
    'allows to be attached to what a container prints: %s',
    outputs => {
      const asked = `/containers/${id}/attach/ws?stream=1&stdin=0&${outputs}`;
      expect([allows(`GET /v1.42${asked}`), allows(`GET /v1.53${asked}`)]).toEqual([1, 1]);
      expect([allows(`GET ${asked}`), allows(`GET /v1.41${asked}`), allows(`GET /v1.9${asked}`)]).toEqual([
        0, 0, 0,
      ]);
    },
  );

  it.each([
    'POST /containers/json',
    'HEAD /info',
    'DELETE /version',
    'GET /images/json',
    `GET /containers/${id}/archive?path=/etc`,
    `GET /containers/${id}/export`,
    `GET /containers/${id}/attach/ws?stdin=1`,
    `GET /v1.44/containers/${id}/attach/ws?stdin=1`,
    `GET /v1.44/containers/${id}/attach/ws?stream=1&stdin=1&stdout=1&stderr=1`,
    `GET /v1.44/containers/${id}/attach/ws?stream=1&stdin=0&stdout=1&stderr=1&stdin=1`,
    `GET /v1.44/containers/${id}/attach?stream=1&stdin=0&stdout=1&stderr=1`,
    `POST /v1.44/containers/${id}/attach?stream=1&stdin=0&stdout=1&stderr=1`,
    `GET /v1.41/containers/${id}/top`,
    `GET /containers/${id}/json/../archive?path=/`,
    `GET /containers/${id}%2farchive/json`,
    `GET /containers/../images/json`,
    'GET /containers/web/json',
    'GET //info',
    'GET /info/../containers/create',
    'GET /v1.41/v1.41/info',
    'GET /plugins',
  ])('refuses %s', request => expect(allows(request)).toBe(0));
});
