/** Keeps the table of settings in deploy/README.md what the schema says: `node deploy/settings-table.ts` writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS, type Setting } from '#contract/setting-list.ts';
import { flagOf } from '#contract/settings.ts';

const README = join(import.meta.dirname, 'README.md');
const BEGIN = '<!-- settings: made by `node deploy/settings-table.ts` -->';
const END = '<!-- settings end -->';

/** The page with the table as it has to be. */
export function withSettingsTable(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`deploy/README.md lacks ${BEGIN} … ${END}`);
  return `${before}${BEGIN}\n\n${settingsTable()}\n\n${END}${after}`;
}

function settingsTable(): string {
  const rows = Object.entries(SETTINGS).map(([name, setting]: [string, Setting]) => [
    `\`${setting.env}\``,
    `\`--${flagOf(name)}\``,
    setting.default === '' ? '' : `\`${setting.default}\``,
    setting.programs.join(', '),
    setting.description.replaceAll('|', '\\|'),
  ]);
  const head = ['Variable', 'Flag', 'Default', 'Program', 'Meaning'];
  return [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

export const readReadme = (): string => readFileSync(README, 'utf8');

if (import.meta.main) writeFileSync(README, withSettingsTable(readReadme()));
