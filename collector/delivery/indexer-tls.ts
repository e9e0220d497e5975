/** The PEM files that the collector shows to an indexer, and by which it knows it. */
import { readFileSync } from 'node:fs';
import { SETTINGS } from '#contract/setting-list.ts';
import type { Settings } from '#contract/settings.ts';
import type { IndexerClientOptions } from './indexer-client.ts';

type Files = Pick<Settings, 'indexerCa' | 'clientCert' | 'clientKey'>;

/** Throws, naming the setting, when a file cannot be read. */
export function readIndexerTls(files: Files): IndexerClientOptions['tls'] {
  return {
    ...(files.indexerCa === '' ? {} : { ca: readPem(files, 'indexerCa') }),
    ...(files.clientCert === '' ? {} : { cert: readPem(files, 'clientCert') }),
    ...(files.clientKey === '' ? {} : { key: readPem(files, 'clientKey') }),
  };
}

function readPem(files: Files, name: keyof Files): Buffer {
  let text: Buffer;
  try {
    text = readFileSync(files[name]);
  } catch (cause) {
    throw new Error(`${SETTINGS[name].env}=${files[name]} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (!text.includes('-----BEGIN '))
    throw new Error(`${SETTINGS[name].env}=${files[name]} is not a PEM file`);
  return text;
}
