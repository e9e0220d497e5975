/** Wires the collector: engine → watcher (tails, events) and sampler → batcher → outbox (spool, delivery, cursors). */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { IngestBatch } from '#contract/batch.ts';
import type { SpoolPolicy } from '#contract/constants.ts';
import { backoffMs, pause } from './backoff.ts';
import { readCollectorId } from './collector-id.ts';
import { indexerUrlsOf, type CollectorConfig } from './config.ts';
import { createCounters, withInFlight, type Counters } from './counters.ts';
import { openCursorStore, type CursorStore } from './cursor/cursor-store.ts';
import { createBatcher } from './delivery/batcher.ts';
import { createIndexerClient } from './delivery/indexer-client.ts';
import { readIndexerTls } from './delivery/indexer-tls.ts';
import { openOutbox, type Outbox } from './delivery/outbox.ts';
import { createRefusedItems } from './delivery/refused-items.ts';
import { createDockerEngine } from './engine/docker-engine.ts';
import { exposureOf, parseEngineAddress } from './engine/engine-address.ts';
import { EngineError } from './engine/engine-error.ts';
import type { Engine, EngineFacts, OutputEngine } from './engine/engine.ts';
import { planOptions } from './plan/plan-options.ts';
import { createSourceChooser } from './source/choose-source.ts';
import { createHeldLogs } from './source/held-logs.ts';
import type { SourceChoice } from './source/log-source.ts';
import { createContainerWatcher } from './watch/container-watcher.ts';
import { createStatsSampler } from './watch/stats-sampler.ts';
import { toWireContainer } from './watch/wire-container.ts';

const VERSION = '0.1.0';

export type Collector = {
  /** Resolves when collecting has begun. An engine that is away is waited for; rejects when waiting cannot help. */
  start(): Promise<void>;
  /** Sends what was read, if the indexer takes it within the deadline, and writes the cursors. */
  stop(deadlineMs: number): Promise<void>;
};

export function createCollector(config: CollectorConfig, log: Logger): Collector {
  const stopping = new AbortController();
  let stopRunning: (deadlineMs: number) => Promise<void> = () => Promise.resolve();
  return {
    async start() {
      const dir = join(config.data, 'collector');
      const id = await readCollectorId(dir);
      const engine = createDockerEngine(config.dockerHost, engineTls(config));
      warnOfExposure(config, log);
      const facts = await waitForEngine(engine, log, stopping.signal);
      if (facts !== null) stopRunning = await run({ config, log, dir, id, engine, facts });
    },
    async stop(deadlineMs) {
      stopping.abort();
      await stopRunning(deadlineMs);
    },
  };
}

const engineTls = ({ dockerTlsVerify, dockerCertPath }: CollectorConfig) => ({
  verify: dockerTlsVerify,
  certPath: dockerCertPath,
});

function warnOfExposure({ dockerHost, dockerTlsVerify }: CollectorConfig, log: Logger): void {
  const exposure = exposureOf(parseEngineAddress(dockerHost, dockerTlsVerify));
  if (exposure !== null) log.warn({ dockerHost }, exposure);
}

/** Null when we are stopped meanwhile. */
async function waitForEngine(engine: Engine, log: Logger, signal: AbortSignal): Promise<EngineFacts | null> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      return await engine.describe();
    } catch (cause) {
      if (!(cause instanceof EngineError) || !cause.retry) throw cause;
      log.warn({ reason: cause.message }, 'engine is away, trying again');
      await pause(backoffMs(attempt, Math.random()), signal);
    }
  }
  return null;
}

type Parts = {
  config: CollectorConfig;
  log: Logger;
  dir: string;
  id: string;
  engine: Engine & OutputEngine;
  facts: EngineFacts;
};

/** Starts everything; the answer stops it again. */
async function run({
  config,
  log,
  dir,
  id,
  engine,
  facts,
}: Parts): Promise<(deadlineMs: number) => Promise<void>> {
  const containersDir = config.containersDir || facts.containersDir;
  const source = config.source as SourceChoice;
  const held = createHeldLogs({ engine, source, containersDir });
  const counters = createCounters();
  const cursors = await openCursorStore({ dir, engineId: facts.id, log });
  const outbox = startOutbox({ config, dir, id, facts, counters, cursors, log }, ids => sampler.watch(ids));
  const batcher = createBatcher(outbox);
  const watcher = createContainerWatcher({
    engine,
    memory: cursors,
    sink: batcher,
    plan: planOptions(config),
    chooseSource: createSourceChooser({
      hasCoarseStamps: facts.hasCoarseStamps,
      engine,
      source,
      containersDir,
      held,
      attach: { engine, maxLineBytes: config.maxLineBytes, counters },
    }),
    held,
    maxLineBytes: config.maxLineBytes,
    historyAgeMs: config.historyAge === 'all' ? null : config.historyAge,
    counters,
    log,
  });
  const sampler = createStatsSampler({
    engine,
    intervalMs: Number(config.statsInterval),
    runningIds: () => watcher.runningIds(),
    onSample: (containerId, sample) => batcher.addSample(watcher.wireContainer(containerId), sample),
    counters,
    log,
  });
  watcher.start();
  sampler.start();
  log.info(
    { engine: facts.name, apiVersion: facts.apiVersion, indexerUrl: config.indexerUrl },
    'collector started',
  );

  return async deadlineMs => {
    sampler.stop();
    await watcher.stop();
    batcher.flush();
    await outbox.stop(deadlineMs);
    log.info(withInFlight(counters), 'collector stopped');
  };
}

type Sender = Pick<Parts, 'config' | 'dir' | 'id' | 'facts' | 'log'> & {
  counters: Counters;
  cursors: CursorStore;
};

function startOutbox(
  { config, dir, id, facts, counters, cursors, log }: Sender,
  onWatched: (ids: string[]) => void,
): Outbox {
  const startedAt = new Date().toISOString();
  const host = toHost(facts, config.hostName);
  return openOutbox({
    dir,
    collectorId: id,
    engineId: facts.id,
    spoolBytes: config.spoolSize,
    policy: config.spoolPolicy as SpoolPolicy,
    cursors,
    client: createIndexerClient({
      urls: indexerUrlsOf(config),
      token: config.token,
      compression: config.compression as 'auto' | 'zstd' | 'none',
      tls: readIndexerTls(config),
    }),
    sender: () => ({
      collector: {
        id,
        version: VERSION,
        startedAt,
        sentAt: new Date().toISOString(),
        counters: withInFlight(counters),
      },
      host,
    }),
    refused: createRefusedItems(join(config.data, 'refused'), Date.now),
    counters,
    onWatched,
    containerOf: containerId => {
      const known = cursors.known(containerId);
      return known === undefined
        ? { id: containerId, name: '', image: { name: '' }, labels: {} }
        : toWireContainer(known);
    },
    log,
  });
}

const toHost = (facts: EngineFacts, name: string): IngestBatch['host'] => ({
  id: facts.id,
  name: name || facts.name || hostname(),
  engineVersion: facts.version,
  cpus: facts.cpus,
  memoryBytes: facts.memoryBytes,
});
