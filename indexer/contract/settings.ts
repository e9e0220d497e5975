/**
 * Every setting of every program, as environment variable `QUAYLOG_*` and as flag `--kebab-case`. One schema: help,
 * documentation and validation are made from it. Pure: `config.ts` of each program hands in the environment.
 */

import { SETTINGS, type Setting, type SettingKind } from './setting-list.ts';

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
    if (setting.choices !== undefined && !setting.choices.includes(text)) {
      problems.push({
        key: setting.env,
        message: `${setting.env}=${text} is not one of ${setting.choices.join(', ')}`,
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

/** `15m`, `2h`, `90d` in milliseconds; undefined when it is none. */
export const parseDuration = (text: string): number | undefined => scaled(text, DURATIONS);

function scaled(text: string, units: Record<string, number>): number | undefined {
  const [, value, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = unit === undefined ? undefined : units[unit.toLowerCase()];
  return value === undefined || factor === undefined ? undefined : Math.round(Number(value) * factor);
}
