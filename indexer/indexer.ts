/** createIndexer: the parts of the indexer and who hands what to whom. Feature folders know each other only through here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createAlerting } from './alert/alerting.ts';
import { registerAlertRoutes } from './alert/alert.routes.ts';
import { createRuleStore } from './alert/rule-store.ts';
import { explainDeaths } from './death/with-deaths.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { IndexerConfig } from './config.ts';
import { serveDocs } from './docs.ts';
import { registerHealthRoutes } from './health/health.routes.ts';
import { createMetrics } from './health/metrics.ts';
import { registerIngestRoutes } from './ingest/ingest.routes.ts';
import { createInventory } from './inventory/inventory.ts';
import { registerInventoryRoutes } from './inventory/inventory.routes.ts';
import { createLive } from './live/live.ts';
import { registerEventRoutes } from './query/event.routes.ts';
import { registerQueryRoutes } from './query/query.routes.ts';
import { isOwnHost, isOwnOrigin } from './auth/origin.ts';
import { openAuth } from './auth/open-auth.ts';
import { registerSessionRoutes } from './auth/session.routes.ts';
import { createIntake } from './ingest/intake.ts';
import { createServer, type RouteAccess, type Server } from './server.ts';
import { readAuthority } from './authority.ts';
import { createOpening } from './opening.ts';
import { openState } from './state/open-state.ts';
import { takeOver } from './state/take-over.ts';
import { serveDashboard } from './static.ts';
import { registerTimelineRoutes } from './timeline/timeline.routes.ts';
import { registerDeadLetterRoutes } from './store/dead-letter.routes.ts';
import { openStore, storeOptionsOf } from './store/open-store.ts';
import { guardStore } from './store/store-guard.ts';
import { readTls } from './tls.ts';

const DASHBOARD = join(import.meta.dirname, '../dashboard/dist');
/** How often hosts are pushed to whoever watches them: a silent collector shows within this and the heartbeat. */
const HOSTS_EVERY_MS = 5_000;

export type IndexerOptions = { config: IndexerConfig; log: Logger };

export type Indexer = {
  app: FastifyInstance;
  /** Every route there is, and what it needs of its caller. */
  routes: readonly RouteAccess[];
  listen: () => Promise<void>;
  /** Ends within 10 s; what was acknowledged is on disk already. */
  close: () => Promise<void>;
};

export async function createIndexer({ config, log }: IndexerOptions): Promise<Indexer> {
  const parts = await createParts({ config, log });
  const { store, state, inventory, alerting, live, opening } = parts;
  const { app, routes } = await createApp(parts, { config, log });
  const hostsTimer = setInterval(() => live.publish('hosts', inventory.hosts()), HOSTS_EVERY_MS);
  async function close(): Promise<void> {
    clearInterval(hostsTimer);
    await opening.close();
    await live.close();
    await app.close();
    await alerting.stop();
    await inventory.close();
    await store.close();
    await state.close();
  }
  try {
    await opening.begin();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    app,
    routes,
    close,
    async listen() {
      await app.listen({ host: config.host, port: config.port });
    },
  };
}

type Parts = Awaited<ReturnType<typeof createParts>>;

async function createParts({ config, log }: IndexerOptions) {
  const now = () => new Date();
  const tls = readTls(config);
  const redisCa = config.redisCa === '' ? null : readAuthority('QUAYLOG_REDIS_CA', config.redisCa);
  const state = await openState(config, log);
  const access = await openAuth({ config, state, now, log }).catch(async (error: unknown) => {
    await state.close();
    throw error;
  });
  const rules = createRuleStore({ state, settings: config, now });
  const opened = await openStore(storeOptionsOf(config, { now, log }));
  const store = guardStore(opened, err => log.error({ err }, 'append failed'));
  const keepRemovedMs = config.retentionAge === 'all' ? Infinity : config.retentionAge;
  const redis = await openRedisOf(config, redisCa, log);
  const inventory = createInventory({
    state,
    now,
    log,
    keepRemovedMs,
    // Of others' changes the state tells, with Redis and without: from here on nothing is awaited until there is `live`.
    onOthers: containers => live.publish('containers', containers),
  });
  const metrics = createMetrics({ hosts: inventory.hosts, others: () => live.others() });
  const live = createLive({
    onSkipped: metrics.countLiveSkipped,
    onMissed: metrics.countLiveMissed,
    redis,
    share: store.share,
  });
  const alerting = createAlerting({
    state,
    store,
    rules,
    settings: config,
    now,
    log,
    onChange: change => live.publish('alerts', [change]),
    async onDeath(event) {
      // Again, now with its cause: whoever watches has it under the same id.
      live.publish('events', [event]);
      const changed = await inventory.noteDeath(event);
      if (changed) live.publish('containers', [changed]);
    },
    clockSkewMs: hostId => inventory.hosts().find(host => host.id === hostId)?.clockSkewMs ?? 0,
  });
  const opening = createOpening({
    mayWait: state.isShared,
    async open() {
      const taken = await takeOver(config.data, state);
      if (taken > 0) log.info({ rows: taken }, 'the state of this folder was taken over to Elasticsearch');
      await access.settle();
      await rules.load();
      await inventory.load();
      await alerting.start();
    },
  });
  return { now, tls, access, state, store, inventory, rules, alerting, live, metrics, opening };
}

async function createApp(parts: Parts, { log }: IndexerOptions): Promise<Server> {
  const { tls, access, state, store, inventory, alerting, rules, live, metrics, opening, now } = parts;
  const { auth, policy, originRule } = access;
  const { app, routes } = await createServer({
    log,
    tls,
    isHttpsForGood: policy.isHttps && !policy.isLoopback,
    originRule,
    async admit(request, needed) {
      if (needed !== 'public') opening.check();
      return auth.admit(request, needed);
    },
  });
  await serveDocs(app, version());
  registerSessionRoutes(app, { auth, policy });
  registerIngestRoutes(app, {
    intake: createIntake(),
    bindHost: auth.bindHost,
    collectors: () => inventory.hosts().filter(host => host.connected).length,
    append: batch => store.append(batch),
    applyInventory: async batch => (await inventory.apply(batch)).containers,
    noteEvents: alerting.onEvents,
    publish({ records, events, samples, containers }) {
      inventory.noteSamples(samples);
      live.publish('records', records);
      live.publish('events', events);
      live.publish('samples', samples);
      live.publish('containers', containers);
    },
    count: metrics.countBatch,
    countRefused: metrics.countRefused,
    watched: live.watched,
  });
  registerQueryRoutes(app, { store, now });
  const readDeaths = (events: ContainerEvent[]) => explainDeaths(events, store);
  registerEventRoutes(app, { store, now, containers: inventory.containers, explainDeaths: readDeaths });
  registerInventoryRoutes(app, { inventory });
  registerTimelineRoutes(app, { store, inventory, now, deliveriesOf: alerting.deliveriesOf });
  registerAlertRoutes(app, { rules, alerting });
  registerDeadLetterRoutes(app, store.deadLetters);
  registerHealthRoutes(app, {
    hosts: inventory.hosts,
    trouble: () => store.trouble() ?? state.trouble() ?? opening.trouble(),
    note: () => live.others()?.trouble ?? null,
    metrics: metrics.render,
  });
  await serveDashboard(app, DASHBOARD);
  live.attach(app.server, {
    isOwnOrigin: headers => isOwnHost(headers, originRule) && isOwnOrigin(headers, originRule),
    mayRead: auth.mayRead,
  });
  return { app, routes };
}

/** Indexers hear each other when they share a store. */
async function openRedisOf(
  { redisUrl: url, elasticsearchPrefix }: IndexerConfig,
  ca: string | null,
  log: Logger,
) {
  if (url === '') return undefined;
  const { openRedis } = await import('./live/redis.ts');
  return openRedis({ url, ca, key: `quaylog-live:${elasticsearchPrefix}`, log });
}

function version(): string {
  const text = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
