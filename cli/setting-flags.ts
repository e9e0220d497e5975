import type { Command } from 'commander';
import { SETTINGS, type Setting } from '#contract/setting-list.ts';
import { flagOf, type SettingName } from '#contract/settings.ts';
import type { Flags } from './config.ts';

const PLACEHOLDERS: Record<Setting['kind'], string> = {
  string: 'text',
  secret: 'text',
  integer: 'number',
  bytes: 'size',
  duration: 'duration',
  list: 'list',
  boolean: 'true|false',
};

/** Every setting of these programs as a flag, so that `--help` is the whole list. */
export function addSettingFlags(command: Command, programs: Setting['programs']): Command {
  const names = (Object.keys(SETTINGS) as SettingName[]).filter(name => {
    const setting: Setting = SETTINGS[name];
    return setting.programs.some(program => programs.includes(program));
  });
  return addFlags(command, names);
}

/** These settings as flags. */
export function addFlags(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) {
    const setting: Setting = SETTINGS[name];
    const fallback = setting.default === '' ? '' : `, default ${setting.default}`;
    command.option(
      `--${flagOf(name)} <${PLACEHOLDERS[setting.kind]}>`,
      `${setting.description} (${setting.env}${fallback})`,
    );
  }
  return command;
}

/** Only what is a setting: commander's options also hold a command's own flags. */
export function settingFlags(options: Record<string, unknown>): Flags {
  const entries = Object.entries(options).filter(
    ([name, value]) => name in SETTINGS && typeof value === 'string',
  );
  return Object.fromEntries(entries);
}
