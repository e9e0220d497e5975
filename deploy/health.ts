/**
 * The health check of the image: exit code 0 when what runs on this data folder is well, else 1 and a sentence. An indexer answers on
 * its port; a collector has none, and keeps a file young. Both are looked at where both run.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { readSettings } from '#contract/settings.ts';

/** Six beats were missed. */
const OLD_AFTER_MS = 30_000;
const ANSWER_WITHIN_MS = 4_000;

const { settings } = readSettings({ env: process.env, readFile: path => readFileSync(path, 'utf8') });
const troubles = [collectorTrouble(settings.data), await indexerTrouble(settings)].filter(
  trouble => trouble !== undefined,
);
const found = troubles.filter(trouble => trouble !== null);
process.stdout.write(`${troubles.length === 0 ? 'nothing has started yet' : found.join('; ') || 'well'}\n`);
process.exitCode = troubles.length > 0 && found.length === 0 ? 0 : 1;

/** Undefined: none runs here; null: it is well. */
function collectorTrouble(data: string): string | null | undefined {
  const beat = statSync(join(data, 'collector/heartbeat'), { throwIfNoEntry: false });
  if (beat === undefined) return undefined;
  const ageMs = Date.now() - beat.mtimeMs;
  return ageMs > OLD_AFTER_MS ? `the collector does not move since ${Math.round(ageMs / 1_000)} s` : null;
}

/** It is alive, not ready: to start it again brings no store back that is away. */
function indexerTrouble({
  data,
  listen,
  tlsCert,
  store,
}: typeof settings): Promise<string | null | undefined> {
  // With Elasticsearch it leaves nothing in the folder, and only an indexer is told of that.
  if (store === 'embedded' && !existsSync(join(data, 'logs'))) return Promise.resolve(undefined);
  const url = new URL(`http://${listen}`);
  const where = {
    host: url.hostname.replace(/^(?:0\.0\.0\.0|\[::\])$/, '127.0.0.1').replace(/^\[|\]$/g, ''),
    port: url.port || 80,
    path: '/healthz',
    timeout: ANSWER_WITHIN_MS,
    // It is ourselves, whatever name the certificate bears.
    rejectUnauthorized: false,
  };
  return new Promise(done => {
    const asking = (tlsCert === '' ? requestHttp : requestHttps)(where, answer => {
      answer.resume();
      done(answer.statusCode === 200 ? null : `the indexer answers ${answer.statusCode ?? 0}`);
    });
    asking.on('timeout', () => asking.destroy(new Error('no answer')));
    asking.on('error', cause => done(`the indexer at ${listen}: ${cause.message}`));
    asking.end();
  });
}
