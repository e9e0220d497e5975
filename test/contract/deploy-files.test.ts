/** The files that operators copy: they say what the programs understand, and give no right that is not needed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '#contract/setting-list.ts';
import { MAX_BATCH_BYTES } from '#indexer/ingest/inflate.ts';
import { ENGINE_PATHS } from '#collector/engine/engine-path.ts';
import { ROOT } from '../support/program.ts';

type Service = {
  image: string;
  command?: string[];
  user?: string;
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  networks?: string[];
  labels: Record<string, string>;
} & Record<string, unknown>;
type Compose = {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  networks?: Record<string, { internal?: boolean }>;
};

const read = (name: string) => readFileSync(join(ROOT, 'deploy', name), 'utf8');
const compose = (name: string) => parse(read(name), { merge: true }) as Compose;
const FILES = ['compose.yaml', 'compose.collector.yaml', 'compose.socket-proxy.yaml', 'compose.cluster.yaml'];
const services = FILES.flatMap(file =>
  Object.entries(compose(file).services).map(([name, service]) => ({ file, name, service })),
);
/** `indexer` of `indexer-1`. */
const roleOf = (name: string): string => name.replace(/-\d$/, '');
/** Other people's programs, with users and settings of their own. */
const isForeign = (name: string): boolean => roleOf(name) === 'elasticsearch';
const KNOWN = new Set<string>(Object.values(SETTINGS).map(({ env }) => env));

it.each(services.filter(({ name }) => !isForeign(name)))(
  '$name of $file sets only what there is, and demands its secrets',
  ({ service }) => {
    const settings = Object.entries(service.environment ?? {});
    expect(settings.filter(([key]) => !KNOWN.has(key))).toEqual([]);
    for (const [key, value] of settings)
      if (/PASSWORD|TOKEN|REDIS/.test(key))
        expect(value).toMatch(/\$\{(QUAYLOG|REDIS)_(PASSWORD|TOKENS?):\?/);
  },
);

describe.each(services)('$name of $file', ({ file, name, service }) => {
  it('runs with no right but what it needs', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
      pids_limit: isForeign(name) ? 4096 : 100,
      mem_limit: expect.anything() as unknown,
      logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
      labels: { 'quaylog.role': roleOf(name) },
    });
    expect(service).not.toHaveProperty('privileged');
    expect(service).not.toHaveProperty('cap_add');
    expect(service.user ?? '65534').toMatch(isForeign(name) ? /^1000:0$/ : /^65534/);
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

describe('the cluster', () => {
  const { services: cluster, networks } = compose('compose.cluster.yaml');
  const hosts = Object.keys(cluster);
  const addresses = (text: string) => [...text.matchAll(/([a-z]+(?:-\d)?):(\d{4})\b/g)].map(([all]) => all);

  it('keeps what needs no password on a network that leads nowhere', () => {
    expect(networks?.['store']).toEqual({ internal: true });
    for (const [name, { networks: on, ports }] of Object.entries(cluster)) {
      const isInside = /^(redis|elasticsearch)/.test(name);
      if (isInside) expect([on, ports]).toEqual([['store'], undefined]);
    }
    expect(hosts.filter(name => cluster[name]?.ports)).toEqual(['load-balancer']);
  });

  it('names only what it has', () => {
    const [indexer, other] = [cluster['indexer-1']!, cluster['indexer-2']!];
    expect(indexer.environment).toEqual(other.environment);
    const stores = addresses(indexer.environment!['QUAYLOG_ELASTICSEARCH_URL']!);
    expect(stores).toEqual([1, 2, 3].map(i => `elasticsearch-${i}:9200`));
    expect(addresses(indexer.environment!['QUAYLOG_REDIS_URL']!)).toEqual(['redis:6379']);
    const upstreams = [...read('load-balancer.conf').matchAll(/^ +server ([\w-]+):8600 /gm)].map(
      ([, name]) => name,
    );
    expect(upstreams).toEqual(['indexer-1', 'indexer-2', 'indexer-1', 'indexer-2']);
    for (const name of upstreams) expect(hosts).toContain(name);
    const nodes = hosts.filter(name => name.startsWith('elasticsearch'));
    for (const name of nodes)
      expect(cluster[name]!.environment).toMatchObject({
        'node.name': name,
        'discovery.seed_hosts': nodes.join(),
        'cluster.initial_master_nodes': nodes.join(),
      });
  });

  it('lets the largest batch through, and waits as long as an acknowledgement may take', () => {
    const conf = read('load-balancer.conf');
    expect(MAX_BATCH_BYTES).toBe(64 * 2 ** 20);
    expect(conf).toMatch(/client_max_body_size 64m;/);
    expect(Number(/proxy_read_timeout (\d+)s;/.exec(conf)?.[1])).toBeGreaterThan(30);
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
