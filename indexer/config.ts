/** The only reader of the environment in the indexer. */
import { readFileSync } from 'node:fs';
import { readSettings, type SettingProblem, type Settings } from '#contract/settings.ts';

export type Flags = Partial<Record<string, string | boolean | undefined>>;

export type IndexerConfig = Settings & { host: string; port: number };

/** All settings, or every problem found. Flags win over the environment; `*_FILE` names a file that holds the value. */
export function readIndexerConfig(flags: Flags = {}): { config: IndexerConfig; problems: SettingProblem[] } {
  const { settings, problems } = readSettings({
    env: process.env,
    flags,
    readFile: path => readFileSync(path, 'utf8'),
  });
  const address = parseListen(settings.listen);
  if (!address) {
    problems.push({
      key: 'QUAYLOG_LISTEN',
      message: `QUAYLOG_LISTEN=${settings.listen} is not an address and port such as 127.0.0.1:8600 or [::1]:8600`,
    });
  }
  return { config: { ...settings, ...(address ?? { host: '127.0.0.1', port: 8600 }) }, problems };
}

function parseListen(listen: string): { host: string; port: number } | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(listen);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host !== undefined && port <= 65_535 ? { host, port } : null;
}
