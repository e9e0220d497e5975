/** Several hosts that report to one indexer, without engines: what a page shows of many hosts, one away, one in trouble. */
import type { IngestBatch } from '#contract/batch.ts';
import { aBatch, aLine, aSnapshot, aStamp, aWireContainer, postBatch } from './wire.ts';

type Collector = IngestBatch['collector'];
type HostTrouble = Partial<Pick<Collector, 'version' | 'spool' | 'lagMs'>> & {
  counters?: Partial<Collector['counters']>;
  /** Its clock minus ours. */
  skewMs?: number;
};

export type FleetHost = {
  name: string;
  trouble?: HostTrouble;
};

const MIB = 2 ** 20;
const BEAT_MS = 4_000;

export type Fleet = {
  /** From now on this host says nothing. */
  silence: (name: string) => void;
  stop: () => void;
};

/** Posts containers, lines and gaps of each host once, then keeps every host reporting. */
export async function startFleet(url: string, hosts: readonly FleetHost[]): Promise<Fleet> {
  const silent = new Set<string>();
  const beat = async (extra: (host: FleetHost) => Partial<IngestBatch> = () => ({})) => {
    for (const host of hosts) {
      if (!silent.has(host.name)) await postBatch(url, { ...batchOf(host), ...extra(host) });
    }
  };
  await beat(livesOf);
  const timer = setInterval(() => void beat().catch(() => undefined), BEAT_MS);
  return { silence: name => void silent.add(name), stop: () => clearInterval(timer) };
}

function batchOf({ name, trouble = {} }: FleetHost): IngestBatch {
  const { counters, skewMs = 0, ...rest } = trouble;
  const { collector, ...batch } = aBatch();
  return {
    ...batch,
    collector: {
      ...collector,
      id: `collector-${name}`,
      version: '0.1.0',
      startedAt: new Date(Date.now() - 3_600_000).toISOString(),
      sentAt: new Date(Date.now() + skewMs).toISOString(),
      lagMs: 120,
      spool: { bytes: 3 * MIB, limitBytes: 1_024 * MIB, policy: 'block', damagedBytes: 0 },
      ...rest,
      counters: { ...collector.counters, ...counters },
    },
    host: { id: `ENGINE:${name}`, name, engineVersion: '29.1.0', cpus: 4, memoryBytes: 8_192 * MIB },
  };
}

const LINES = 60;
const SPREAD_MS = 600_000;

function livesOf({ name }: FleetHost): Partial<IngestBatch> {
  const now = Date.now();
  const started = new Date(now - SPREAD_MS).toISOString();
  const containers = ['web-1', 'api-1', 'worker-1'].map(service => aWireContainer(`${name}-${service}`));
  const [, api, worker] = containers;
  const stampOf = (index: number) => aStamp(now - SPREAD_MS + (index * SPREAD_MS) / LINES, index);
  const from = aStamp(now - 200_000);
  return {
    containers,
    snapshots: containers.map(container =>
      aSnapshot(container, {
        createdAt: started,
        startedAt: started,
        compose: { project: 'shop', service: container.name.slice(name.length + 1) },
        source: container === api ? 'api' : 'file',
        sourceReason:
          container === api ? 'its driver is journald, not json-file' : 'its log file can be read here',
        ...(container === api && {
          mistakes: ['`quaylog.multiline` is `maybe`: only `on` and `off` are understood'],
        }),
        ...(container === worker && {
          collected: false,
          collectedReason: 'its label quaylog.enabled is false',
        }),
      }),
    ),
    lines: Array.from({ length: LINES }, (_, index) =>
      aLine(
        index % 2,
        stampOf(index),
        index % 9 === 0 ? `level=error msg="payment ${index} refused"` : `GET /cart/${index} 200`,
      ),
    ),
    events: [
      ...containers.map((_, index) => ({
        container: index,
        at: aStamp(now - SPREAD_MS),
        ordinal: 0,
        action: 'start',
      })),
      {
        container: 0,
        at: from,
        ordinal: 0,
        action: 'log-gap',
        gap: { from, to: aStamp(now - 190_000), reason: 'rotated', lines: 1_204 },
      },
    ],
  };
}
