import { format } from 'prettier';
import { expect, test } from 'vitest';
import { readReadme, withSettingsTable } from './settings-table.ts';

test('the table of settings in deploy/README.md is what the schema says', async () => {
  const page = readReadme();
  expect(page, 'run: node deploy/settings-table.ts && npm run format').toBe(
    await format(withSettingsTable(page), { parser: 'markdown' }),
  );
});
