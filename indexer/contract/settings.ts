/**
 * Every setting of every program, as environment variable `QUAYLOG_*` and as flag `--kebab-case`. One schema: help,
 * documentation and validation are made from it. Pure: `config.ts` of each program hands in the environment.
 */

type SettingKind = 'string' | 'secret' | 'integer' | 'bytes' | 'duration' | 'list' | 'boolean';
export type Setting = {
  env: string;
  kind: SettingKind;
  default: string;
  programs: readonly ('collector' | 'indexer')[];
  description: string;
};

const indexer = ['indexer'] as const;
const collector = ['collector'] as const;
const both = ['indexer', 'collector'] as const;

export const SETTINGS = {
  listen: {
    env: 'QUAYLOG_LISTEN',
    kind: 'string',
    default: '127.0.0.1:8600',
    programs: indexer,
    description: 'Address and port of dashboard and API.',
  },
  data: {
    env: 'QUAYLOG_DATA',
    kind: 'string',
    default: '.quaylog/data',
    programs: both,
    description: 'Folder that holds the embedded store, the state and the cursors.',
  },
  publicUrl: {
    env: 'QUAYLOG_PUBLIC_URL',
    kind: 'string',
    default: '',
    programs: indexer,
    description: 'How people reach the dashboard, for links in notifications. Default: the listen address.',
  },
  retentionAge: {
    env: 'QUAYLOG_RETENTION_AGE',
    kind: 'duration',
    default: '30d',
    programs: indexer,
    description: 'Records, events and samples older than this are dropped, whole hours at a time.',
  },
  retentionSize: {
    env: 'QUAYLOG_RETENTION_SIZE',
    kind: 'bytes',
    default: '20GiB',
    programs: indexer,
    description: 'Oldest hours are dropped when the store grows beyond this.',
  },
  rulesFile: {
    env: 'QUAYLOG_RULES_FILE',
    kind: 'string',
    default: '',
    programs: indexer,
    description: 'YAML or JSON file with alert rules, read at start.',
  },
  webhookUrl: {
    env: 'QUAYLOG_WEBHOOK_URL',
    kind: 'secret',
    default: '',
    programs: indexer,
    description: 'Where the default rules (OOM and crash) are sent. Slack URLs are recognised.',
  },
  webhookSecret: {
    env: 'QUAYLOG_WEBHOOK_SECRET',
    kind: 'secret',
    default: '',
    programs: indexer,
    description: 'Signs webhooks (Standard Webhooks): whsec_ and base64 of 24 to 64 bytes.',
  },
  webhookAllow: {
    env: 'QUAYLOG_WEBHOOK_ALLOW',
    kind: 'list',
    default: '',
    programs: indexer,
    description:
      'CIDRs that webhooks may reach although they are private, comma-separated: 127.0.0.1/32,10.0.0.0/8.',
  },
  indexerUrl: {
    env: 'QUAYLOG_INDEXER_URL',
    kind: 'string',
    default: 'http://127.0.0.1:8600',
    programs: collector,
    description: 'Where the collector sends batches.',
  },
  dockerHost: {
    env: 'DOCKER_HOST',
    kind: 'string',
    default: 'unix:///var/run/docker.sock',
    programs: collector,
    description: 'The engine: unix:///path or tcp://host:port.',
  },
  hostName: {
    env: 'QUAYLOG_HOST_NAME',
    kind: 'string',
    default: '',
    programs: collector,
    description: 'Name of this host in records. Default: what the engine says.',
  },
  historyAge: {
    env: 'QUAYLOG_HISTORY_AGE',
    kind: 'duration',
    default: 'all',
    programs: collector,
    description:
      'How far back the logs of a container not seen before are read: all, or a duration such as 24h.',
  },
  collectSelf: {
    env: 'QUAYLOG_COLLECT_SELF',
    kind: 'boolean',
    default: 'false',
    programs: collector,
    description: 'Also collect the containers of Quaylog itself.',
  },
  statsInterval: {
    env: 'QUAYLOG_STATS_INTERVAL',
    kind: 'duration',
    default: '10s',
    programs: collector,
    description:
      'How often every running container is sampled. Containers being watched are sampled each second.',
  },
  maxLineBytes: {
    env: 'QUAYLOG_MAX_LINE',
    kind: 'bytes',
    default: '1MiB',
    programs: collector,
    description: 'Longer lines are cut at this many bytes and marked.',
  },
  logLevel: {
    env: 'QUAYLOG_LOG_LEVEL',
    kind: 'string',
    default: 'info',
    programs: both,
    description: 'Level of the own log: debug, info, warn, error.',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;
type Kinds = {
  string: string;
  secret: string;
  integer: number;
  bytes: number;
  duration: number | 'all';
  list: string[];
  boolean: boolean;
};
export type Settings = { [K in SettingName]: Kinds[(typeof SETTINGS)[K]['kind']] };

/** Variables that are ours but not settings: for the tests and the scripts. */
const TOLERATED = new Set(['QUAYLOG_TEST_ENGINE', 'QUAYLOG_TEST_FAULTS']);

export type SettingProblem = { key: string; message: string };

export type SettingSources = {
  env: Readonly<Record<string, string | undefined>>;
  /** Flags by setting name, as the command line parser gives them. */
  flags?: Partial<Record<string, string | boolean | undefined>>;
  /** Reads the file a `*_FILE` variable names. */
  readFile: (path: string) => string;
};

/** Values of all settings, or every problem found with what to do about it. Flags win over the environment. */
export function readSettings(sources: SettingSources): { settings: Settings; problems: SettingProblem[] } {
  const problems: SettingProblem[] = unknownKeys(sources.env);
  const settings: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(SETTINGS) as [SettingName, Setting][]) {
    const text = rawValue(name, sources, problems);
    const parsed = parseValue(setting.kind, text);
    if (parsed === undefined) {
      problems.push({
        key: setting.env,
        message: `${setting.env}=${setting.kind === 'secret' ? '…' : text} is not ${KIND_HELP[setting.kind]}`,
      });
    }
    settings[name] = parsed ?? parseValue(setting.kind, setting.default);
  }
  return { settings: settings as Settings, problems };
}

/** `--kebab-case` of a setting. */
export const flagOf = (name: string): string => name.replace(/[A-Z]/g, c => `-${c.toLowerCase()}`);

function unknownKeys(env: SettingSources['env']): SettingProblem[] {
  const known = new Set(Object.values(SETTINGS).flatMap(s => [s.env, `${s.env}_FILE`] as string[]));
  return Object.keys(env)
    .filter(key => key.startsWith('QUAYLOG_') && !known.has(key) && !TOLERATED.has(key))
    .map(key => ({ key, message: `${key} is not a setting of Quaylog; \`quaylog --help\` lists them` }));
}

function rawValue(name: SettingName, sources: SettingSources, problems: SettingProblem[]): string {
  const setting: Setting = SETTINGS[name];
  const flag = sources.flags?.[name];
  if (flag !== undefined) return String(flag);
  const file = sources.env[`${setting.env}_FILE`];
  if (file) {
    try {
      return sources.readFile(file).trimEnd();
    } catch (cause) {
      problems.push({
        key: `${setting.env}_FILE`,
        message: `cannot read ${file}: ${(cause as Error).message}`,
      });
    }
  }
  return sources.env[setting.env] ?? setting.default;
}

const KIND_HELP: Record<SettingKind, string> = {
  string: 'text',
  secret: 'text',
  integer: 'a whole number',
  bytes: 'a size such as 512MiB or 1048576',
  duration: 'a duration such as 500ms, 10s, 24h, 30d, or all',
  list: 'a comma-separated list',
  boolean: 'true or false',
};

const BYTES: Record<string, number> = {
  '': 1,
  b: 1,
  k: 1024,
  kb: 1e3,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1e6,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1e9,
  gib: 1024 ** 3,
  tb: 1e12,
  tib: 1024 ** 4,
};
const DURATIONS: Record<string, number> = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8 };

function parseValue(kind: SettingKind, text: string): unknown {
  switch (kind) {
    case 'string':
    case 'secret':
      return text;
    case 'integer':
      return /^\d+$/.test(text) ? Number(text) : undefined;
    case 'bytes':
      return scaled(text, BYTES);
    case 'duration':
      return text === 'all' ? 'all' : scaled(text, DURATIONS);
    case 'list':
      return text
        .split(',')
        .map(part => part.trim())
        .filter(part => part !== '');
    case 'boolean':
      return text === 'true' || text === '1'
        ? true
        : text === 'false' || text === '0' || text === ''
          ? false
          : undefined;
  }
}

function scaled(text: string, units: Record<string, number>): number | undefined {
  const [, value, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = unit === undefined ? undefined : units[unit.toLowerCase()];
  return value === undefined || factor === undefined ? undefined : Math.round(Number(value) * factor);
}
