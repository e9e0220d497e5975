/**
 * An engine of simulated containers, at the level of HTTP, for counts that one machine cannot run. Each container prints one
 * numbered line a second, all of them spread over the second. Only what a collector asks for is answered.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type FakeEngine = { dockerHost: string; stop: () => Promise<void> };

export async function startFakeEngine(containers: number): Promise<FakeEngine> {
  const ids = Array.from({ length: containers }, (_, i) =>
    createHash('sha256').update(`c${i}`).digest('hex'),
  );
  const startedAt = new Date().toISOString();
  const follows = new Set<{ response: ServerResponse; slot: number; sent: number }>();
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/v[\d.]+/, '');
    const [, id = '', what = ''] = /^\/containers\/([0-9a-f]{64})\/(\w+)/.exec(path) ?? [];
    const body = id === '' ? ofEngine(path) : ofContainer(what, id);
    if (path.startsWith('/events')) response.writeHead(200).flushHeaders();
    else if (what === 'logs' && path.includes('follow=1')) follow(response, ids.indexOf(id));
    else if (what === 'logs') response.writeHead(200).end();
    else if (body === undefined) response.writeHead(404).end('{"message":"not simulated"}');
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });

  const ofEngine = (path: string): unknown => {
    if (path === '/version') return { Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12' };
    if (path === '/info') return { ID: 'FAKE', Name: 'fake', NCPU: 2, MemTotal: 2 ** 34 };
    return path.startsWith('/containers/json') ? ids.map(Id => ({ Id, State: 'running' })) : undefined;
  };

  const ofContainer = (what: string, id: string): unknown =>
    what === 'stats' ? sampled() : what === 'json' ? inspected(id, ids.indexOf(id), startedAt) : undefined;

  function follow(response: ServerResponse, index: number): void {
    response.writeHead(200).flushHeaders();
    const entry = { response, slot: index % SLOTS, sent: 0 };
    follows.add(entry);
    response.on('close', () => follows.delete(entry));
  }

  let slot = 0;
  const timer = setInterval(() => {
    slot = (slot + 1) % SLOTS;
    for (const entry of follows) {
      if (entry.slot === slot) entry.response.write(frame(`tick ${(entry.sent += 1)} of a quiet container`));
    }
  }, 1_000 / SLOTS);
  const dir = mkdtempSync(join(tmpdir(), 'qlf-'));
  const socket = join(dir, 'docker.sock');
  await new Promise<void>(done => server.listen(socket, done));
  return {
    dockerHost: `unix://${socket}`,
    async stop() {
      clearInterval(timer);
      server.closeAllConnections();
      await new Promise(done => server.close(done));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const SLOTS = 50;

const inspected = (id: string, index: number, startedAt: string) => ({
  Id: id,
  Name: `/quiet-${index}`,
  Created: startedAt,
  State: { Status: 'running', Running: true, StartedAt: startedAt, FinishedAt: '0001-01-01T00:00:00Z' },
  Config: { Image: 'quiet:1', Labels: {}, Tty: false },
  HostConfig: { LogConfig: { Type: 'json-file', Config: {} } },
});

const sampled = () => ({
  read: new Date().toISOString(),
  cpu_stats: {
    cpu_usage: { total_usage: ticks * 1_000 },
    system_cpu_usage: Date.now() * 1e6,
    online_cpus: 2,
  },
  memory_stats: {
    usage: 10 * 2 ** 20,
    limit: 2 ** 34,
    stats: { total_inactive_file: 0, cache: 4_096, rss: 2 ** 20 },
  },
  networks: { eth0: { rx_bytes: ticks, tx_bytes: ticks, rx_packets: 1, tx_packets: 1 } },
  blkio_stats: { io_service_bytes_recursive: [{ major: 8, minor: 0, op: 'Read', value: 4_096 }] },
  pids_stats: { current: 1 },
});

/** One message as the engine frames it: stdout, stamped now. */
function frame(text: string): Buffer {
  const body = Buffer.from(`${new Date().toISOString().slice(0, 23)}${nanos()}Z ${text}\n`);
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}

let ticks = 0;
const nanos = (): string => String((ticks = (ticks + 1) % 1_000_000)).padStart(6, '0');
