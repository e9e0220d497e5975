/**
 * The indexer in front of a real Elasticsearch, against a bare client that replays the very bulk bodies that the indexer makes of
 * the same records: what is between is our own work. Both share the machine with the server, which takes most of it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { recordsOf } from '#indexer/parse/to-record.ts';
import { documentsOf } from '#indexer/store/elasticsearch/write/batch-documents.ts';
import { bodyOf } from '#indexer/store/elasticsearch/write/bulk-entry.ts';
import { startElasticsearch } from '../support/elasticsearch.ts';
import { eventually } from '../support/eventually.ts';
import { freePort, startProgram, untilAnswers, type Program } from '../support/program.ts';
import { LINES_PER_BATCH, manyBatches, sendBatches } from './batches.ts';
import { cpuSecondsOf } from './process-cost.ts';
import { perSecond, type Row } from './row.ts';

const BATCHES = 60;
/** As many requests as the indexer has on their way to a server that takes all, and so many batches to each of them. */
const IN_FLIGHT = 8;
const BATCHES_PER_REQUEST = 2;
/** A server on a JVM takes some hundred thousand records to get warm. */
const WARM_UP = 4;
const ROUNDS = 5;
const RECORDS = BATCHES * LINES_PER_BATCH;
/** Lies within the names of indices that the indexer's templates are for. */
const PREFIX = 'bench';

type Round = { ms: number; cpuSeconds: number };

export async function benchElasticsearch(): Promise<Row[]> {
  const node = await startElasticsearch({ version: '8.19', isMeasured: true });
  const data = mkdtempSync(join(tmpdir(), 'quaylog-bench-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const indexer = startIndexer({ listen, data, url: node.url });
  try {
    await untilAnswers(`http://${listen}/healthz`, indexer);
    await eventually(async () => !(await (await fetch(`http://${listen}/readyz`)).text()).includes('store'), {
      what: 'the indexer has its store',
    });
    const rounds: { shipped: Round; replayed: Round }[] = [];
    // By turns, because a machine changes its pace.
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      const shipped = await ship(listen, indexer);
      await empty(node.url);
      const replayed = await replay(node.url);
      await empty(node.url);
      if (round >= WARM_UP) rounds.push({ shipped, replayed });
    }
    return rowsOf(rounds);
  } finally {
    await indexer.kill('SIGTERM');
    await node.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

function rowsOf(rounds: { shipped: Round; replayed: Round }[]): Row[] {
  const shipped = rounds.map(round => round.shipped);
  const replayed = rounds.map(round => round.replayed);
  const share = medianOf(rounds.map(round => round.replayed.ms / round.shipped.ms));
  const costOf = (some: Round[]) =>
    `${((medianOf(some.map(({ cpuSeconds }) => cpuSeconds)) / RECORDS) * 1e6).toFixed(1)} µs`;
  return [
    {
      what: `the indexer's bulk bodies of ${RECORDS.toLocaleString('en')} records, replayed by a bare client`,
      value: perSecond(RECORDS, medianOf(replayed.map(({ ms }) => ms))),
      ratio: '1 (reference)',
    },
    {
      what: 'the same records through the indexer, to its ack',
      value: perSecond(RECORDS, medianOf(shipped.map(({ ms }) => ms))),
      ratio: `${share.toFixed(2)} × bare client`,
    },
    { what: 'bare client, CPU per record', value: costOf(replayed) },
    { what: 'indexer, CPU per record', value: costOf(shipped) },
  ];
}

const medianOf = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const startIndexer = ({ listen, data, url }: { listen: string; data: string; url: string }): Program =>
  startProgram({
    args: ['indexer'],
    env: {
      QUAYLOG_LISTEN: listen,
      QUAYLOG_DATA: data,
      QUAYLOG_STORE: 'elasticsearch',
      QUAYLOG_ELASTICSEARCH_URL: url,
      QUAYLOG_ELASTICSEARCH_PREFIX: PREFIX,
    },
  });

async function ship(listen: string, indexer: Program): Promise<Round> {
  const bodies = manyBatches(BATCHES).map(batch => JSON.stringify(batch));
  const before = cpuSecondsOf(indexer.pid);
  const startedAt = performance.now();
  await sendBatches(listen, bodies, IN_FLIGHT * BATCHES_PER_REQUEST);
  return { ms: performance.now() - startedAt, cpuSeconds: cpuSecondsOf(indexer.pid) - before };
}

async function replay(url: string): Promise<Round> {
  const documents = manyBatches(BATCHES).map(
    batch => documentsOf({ records: recordsOf(batch), events: [], samples: [] }, PREFIX).documents,
  );
  const bodies: Buffer[] = [];
  for (let i = 0; i < documents.length; i += BATCHES_PER_REQUEST)
    bodies.push(bodyOf(documents.slice(i, i + BATCHES_PER_REQUEST).flat()));
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const work = async () => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) await post(url, body, agent);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  agent.destroy();
  return { ms, cpuSeconds: (user + system) / 1e6 };
}

function post(url: string, body: Buffer, agent: Agent): Promise<void> {
  return new Promise((done, fail) => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-length': body.length };
    const path = `${url}/_bulk?filter_path=errors`;
    const call = request(path, { method: 'POST', agent, headers }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => {
        if (text === '{"errors":false}') done();
        else fail(new Error(`bulk answered ${answer.statusCode}: ${text}`));
      });
    });
    call.on('error', fail).end(body);
  });
}

/** Says so when not all were stored; then both begin with nothing again. */
async function empty(url: string): Promise<void> {
  const logs = `${url}/${PREFIX}-logs-*`;
  await fetch(`${logs}/_refresh`, { method: 'POST' });
  const { count } = (await (await fetch(`${logs}/_count`)).json()) as { count: number };
  if (count !== RECORDS) throw new Error(`${count} of ${RECORDS} records are stored`);
  const names = Object.keys((await (await fetch(logs)).json()) as object);
  for (const name of names) await fetch(`${url}/${name}`, { method: 'DELETE' });
  await eventually(async () => Object.keys((await (await fetch(logs)).json()) as object).length === 0, {
    what: 'no index is left',
  });
}
