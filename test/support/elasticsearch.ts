/** A real node of Elasticsearch or OpenSearch on loopback, for a test of its own or shared by all files of a test run. */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elasticsearchHome, serverName, type ElasticsearchVersion } from './elasticsearch-home.ts';
import { eventually } from './eventually.ts';
import { freePort } from './program.ts';

export type TestElasticsearch = {
  url: string;
  /** Ends it at once, as a power cut would. What it keeps on disk stays. */
  kill9: () => Promise<void>;
  /** Starts it again on the same address and folder, after `kill9`; resolves when it answers. */
  restart: () => Promise<void>;
  /** Ends it and removes its folder. */
  stop: () => Promise<void>;
};

/** The first start on a machine fetches some 45 MB; later ones take ten seconds on a quiet machine. */
export const ELASTICSEARCH_PATIENCE_MS = 300_000;
/** It refuses documents whose work takes a tenth of it: those of the tests are up to 18 MB. */
const HEAP = '1g';
/** Halves the CPU of a start; what follows takes longer. */
const QUICK_START = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/** A node of this test alone: it may be killed. It ends with this process, whatever ends that. `isMeasured`: it runs as fast as it can. */
export async function startElasticsearch(options: {
  version: ElasticsearchVersion;
  isMeasured?: boolean;
}): Promise<TestElasticsearch> {
  const dir = mkdtempSync(join(tmpdir(), 'quaylog-elasticsearch-'));
  const port = await freePort();
  const place = { ...options, dir, port, endsWith: process.pid };
  let node = await startNode(place);
  await untilGreen(place, node);
  return {
    url: urlOf(port),
    kill9: () => kill(node),
    async restart() {
      node = await startNode(place);
      await untilGreen(place, node);
    },
    async stop() {
      await kill(node);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/**
 * The address of the one node that all files of this test run share: the first that asks starts it, and it ends with the run.
 * Nobody kills it, and each test keeps to indices with a prefix of its own.
 */
export async function sharedElasticsearch(version: ElasticsearchVersion): Promise<string> {
  // Vitest runs each file in a process of its own, all children of the one that is the run.
  const runId = process.env['VITEST'] === undefined ? process.pid : process.ppid;
  const dir = join(tmpdir(), `quaylog-elasticsearch-${version}-of-${runId}`);
  const answer = join(dir, 'answer');
  if (isFirst(dir)) {
    removeThoseOfEndedRuns();
    const started = await startForRun({ version, dir, port: await freePort(), endsWith: runId });
    writeFileSync(answer, started);
  }
  const url = await eventually(() => existsSync(answer) && readFileSync(answer, 'utf8'), {
    what: `another test file starts ${serverName(version)}`,
    withinMs: ELASTICSEARCH_PATIENCE_MS,
  });
  if (!url.startsWith('http:')) throw new Error(url);
  return url;
}

/** Its address, or why there is none. */
async function startForRun(place: Place): Promise<string> {
  try {
    const node = await startNode(place);
    await untilGreen(place, node);
    node.unref();
    return urlOf(place.port);
  } catch (error) {
    return (error as Error).message;
  }
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

function isFirst(dir: string): boolean {
  try {
    mkdirSync(dir);
    return true;
  } catch {
    return false;
  }
}

function removeThoseOfEndedRuns(): void {
  for (const name of readdirSync(tmpdir())) {
    const runId = /^quaylog-elasticsearch-.*-of-(\d+)$/.exec(name)?.[1];
    if (runId !== undefined && !existsSync(`/proc/${runId}`))
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

type Place = {
  version: ElasticsearchVersion;
  dir: string;
  port: number;
  endsWith: number;
  isMeasured?: boolean;
};

async function startNode({ version, dir, port, endsWith, isMeasured }: Place): Promise<ChildProcess> {
  const { home, java } = await elasticsearchHome(version);
  const config = join(dir, 'config');
  for (const folder of [config, join(dir, 'tmp')]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(config, 'log4j2.properties'), LOGGING);
  const log = openSync(join(dir, 'node.log'), 'a');
  const isElasticsearch = version !== 'opensearch';
  writeFileSync(
    join(config, isElasticsearch ? 'elasticsearch.yml' : 'opensearch.yml'),
    settingsOf(dir, port),
  );
  const flags = [
    '-Xms512m',
    `-Xmx${HEAP}`,
    ...(isMeasured ? [] : QUICK_START),
    `-Djava.io.tmpdir=${dir}/tmp`,
    `-Des.path.home=${home}`,
    // Its native code is not on Maven Central; the JVM's own is as right.
    '-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false',
    '-Dlog4j2.disable.jmx=true',
    ...(version === '8.19' ? [] : ['--enable-native-access=ALL-UNNAMED']),
  ];
  const main = isElasticsearch ? 'quaylog.EsNode' : 'quaylog.OsNode';
  const program = ['-cp', `${home}/lib/*:${home}/classes`, main, home, config, String(endsWith)];
  return spawn(java, [...flags, ...program], { stdio: ['ignore', log, log], detached: true });
}

const settingsOf = (dir: string, port: number): string => `
cluster.name: quaylog-test
node.name: test
discovery.type: single-node
network.host: 127.0.0.1
http.port: ${port}
transport.port: 0
path.data: ${dir}/data
path.logs: ${dir}/logs
cluster.routing.allocation.disk.threshold_enabled: false
`;

const LOGGING = `
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
`;

async function untilGreen({ dir, port }: Place, node: ChildProcess): Promise<void> {
  const health = `${urlOf(port)}/_cluster/health?wait_for_status=yellow&timeout=5s`;
  const hasEnded = () => node.exitCode !== null || node.signalCode !== null;
  await eventually(async () => hasEnded() || (await fetch(health)).ok, {
    what: 'Elasticsearch answers',
    withinMs: ELASTICSEARCH_PATIENCE_MS,
    everyMs: 200,
  });
  if (!hasEnded()) return;
  const log = readFileSync(join(dir, 'node.log'), 'utf8').slice(-4_000);
  throw new Error(`Elasticsearch did not start:\n${log}`);
}

async function kill(node: ChildProcess): Promise<void> {
  if (node.exitCode !== null || node.signalCode !== null) return;
  const ended = new Promise(done => node.once('exit', done));
  node.kill('SIGKILL');
  await ended;
}
