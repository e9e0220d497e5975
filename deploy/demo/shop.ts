/** The shop: the containers of the demo, described once, and started as a compose project would be. */
import { readdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DockerCli } from '../docker-cli.ts';

const PROJECT = 'shop';
const NETWORK = 'quaylog-demo-shop';
/**
 * A name of its own: firewall rules that a killed engine left behind name its bridge, and those of a bridge that is gone
 * would divert what the containers of the next one say to each other.
 */
const BRIDGE = 'quaylog-demo0';
/** Finds what a killed demo left. */
const OURS = 'quaylog-demo=shop';
const FILES = join(import.meta.dirname, 'shop');

type Service = {
  name: string;
  image: string;
  command: string[];
  memory?: string;
  restart?: boolean;
  health?: { command: string; intervalSeconds: number };
  publish?: number;
};

const python = (file: string): string[] => ['python3', '-u', `/shop/${file}`];

/** In two waves: the second needs the names of the first. */
const WAVES: Service[][] = [
  [
    {
      name: 'redis',
      image: 'shop/redis:7.0',
      command: ['redis-server', '--save', '', '--protected-mode', 'no'],
      health: { command: 'redis-cli ping', intervalSeconds: 10 },
    },
    {
      name: 'search',
      image: 'shop/search:1.9.2',
      command: python('search.py'),
      health: { command: 'curl -fsS http://127.0.0.1:8000/health', intervalSeconds: 5 },
    },
    { name: 'images', image: 'shop/images:0.8.1', command: python('images.py') },
    { name: 'web', image: 'shop/web:2.4.0', command: ['uwsgi', '--ini', '/shop/uwsgi.ini'], restart: true },
  ],
  [
    {
      name: 'nginx',
      image: 'shop/nginx:1.22',
      command: ['nginx', '-c', '/shop/nginx.conf', '-g', 'daemon off;'],
      publish: 80,
    },
    { name: 'orders', image: 'shop/orders:5.1.0', command: python('orders.py'), restart: true },
    { name: 'inventory', image: 'shop/inventory:3.3.1', command: python('inventory.py'), restart: true },
    {
      name: 'worker',
      image: 'shop/worker:1.0.4',
      command: python('worker.py'),
      restart: true,
      memory: '32m',
    },
    { name: 'billing', image: 'shop/billing:3.7.0', command: python('billing.py'), restart: true },
  ],
  [{ name: 'traffic', image: 'shop/traffic:1.0.0', command: python('traffic.py') }],
];

/** Starts every container; resolves with the address at which the shop itself can be visited. */
export async function startShop(docker: DockerCli, baseImage: string): Promise<string> {
  await stopShop(docker);
  const [image] = await Promise.all([
    buildShopImage(docker, baseImage),
    docker(['network', 'create', '-o', `com.docker.network.bridge.name=${BRIDGE}`, NETWORK]),
  ]);
  for (const wave of WAVES) {
    await Promise.all(wave.map(service => startService(docker, image, service)));
  }
  const published = await docker(['port', containerName('nginx'), '80']);
  return `http://${published.split('\n')[0] ?? ''}`;
}

/** Removes containers and network, also those of a demo that was killed. */
export async function stopShop(docker: DockerCli): Promise<void> {
  const ids = await docker(['ps', '-aq', '--filter', `label=${OURS}`]);
  if (ids !== '') await docker(['rm', '-f', ...ids.split('\n')]);
  await docker(['network', 'rm', NETWORK]).catch(() => 'there was none');
}

/** One image for all services: the base with the shop's files in it, kept until they change. */
async function buildShopImage(docker: DockerCli, baseImage: string): Promise<string> {
  const hash = createHash('sha256').update(baseImage).update(OURS);
  for (const file of readdirSync(FILES).sort()) hash.update(file).update(readFileSync(join(FILES, file)));
  const image = `quaylog-demo-shop:${hash.digest('hex').slice(0, 12)}`;
  const known = await docker(['image', 'inspect', '-f', '{{.Id}}', image]).catch(() => '');
  if (known !== '') return image;
  const container = await docker(['create', '--label', OURS, baseImage, 'true']);
  await docker(['cp', FILES, `${container}:/shop`]);
  await docker(['commit', container, image]);
  await docker(['rm', container]);
  return image;
}

async function startService(docker: DockerCli, shopImage: string, service: Service): Promise<void> {
  await docker(['tag', shopImage, service.image]);
  await docker(['run', '-d', ...runFlags(service), service.image, ...service.command]);
}

function runFlags({ name, memory, restart, health, publish }: Service): string[] {
  const labels = {
    'com.docker.compose.project': PROJECT,
    'com.docker.compose.service': name,
    'com.docker.compose.container-number': '1',
    'com.docker.compose.oneoff': 'False',
  };
  return [
    ...['--name', containerName(name), '--hostname', name],
    ...['--network', NETWORK, '--network-alias', name],
    ...['--label', OURS, ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`])],
    ...(memory === undefined ? [] : ['--memory', memory, '--memory-swap', memory]),
    ...(restart ? ['--restart', 'always'] : []),
    ...(publish === undefined ? [] : ['--publish', `127.0.0.1::${publish}`]),
    ...(health
      ? [
          '--health-cmd',
          health.command,
          '--health-interval',
          `${health.intervalSeconds}s`,
          '--health-retries',
          '2',
        ]
      : []),
  ];
}

const containerName = (service: string): string => `${PROJECT}-${service}-1`;
