import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openProgressFile } from './progress-file.ts';

const SIZE = { records: 10, events: 2, samples: 3 };
const OUTCOME = { read: SIZE, stored: 12, there: 2, deadLetters: 1 };
let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'quaylog-progress-'));
  path = join(dir, 'migration.json');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('what was noted is there for the next run, and nothing else is left', () => {
  openProgressFile(path, 'here').note('2026-11-22T10', SIZE, OUTCOME);
  openProgressFile(path, 'here').note('2026-11-22T11', SIZE, OUTCOME);
  const progress = openProgressFile(path, 'here');
  expect(progress.outcomeOf('2026-11-22T10', SIZE)).toMatchObject(OUTCOME);
  expect(progress.outcomeOf('2026-11-22T11', SIZE)).toMatchObject(OUTCOME);
  expect(progress.outcomeOf('2026-11-22T12', SIZE)).toBeUndefined();
  expect(readdirSync(dir)).toEqual(['migration.json']);
});

test('an hour that has grown since is migrated again', () => {
  openProgressFile(path, 'here').note('2026-11-22T10', SIZE, OUTCOME);
  expect(openProgressFile(path, 'here').outcomeOf('2026-11-22T10', { ...SIZE, records: 11 })).toBeUndefined();
});

test('of another target it tells nothing', () => {
  openProgressFile(path, 'here').note('2026-11-22T10', SIZE, OUTCOME);
  expect(openProgressFile(path, 'there').outcomeOf('2026-11-22T10', SIZE)).toBeUndefined();
});

test.each(['', '{', '{"format":2,"target":"here","hours":{}}', 'null'])(
  'a file that says %j tells nothing',
  text => {
    writeFileSync(path, text);
    const progress = openProgressFile(path, 'here');
    expect(progress.outcomeOf('2026-11-22T10', SIZE)).toBeUndefined();
    progress.note('2026-11-22T10', SIZE, OUTCOME);
    expect(openProgressFile(path, 'here').outcomeOf('2026-11-22T10', SIZE)).toMatchObject(OUTCOME);
  },
);

test('a write that was cut off leaves what was noted before', () => {
  openProgressFile(path, 'here').note('2026-11-22T10', SIZE, OUTCOME);
  writeFileSync(`${path}.new`, '{"format":1,"tar');
  expect(openProgressFile(path, 'here').outcomeOf('2026-11-22T10', SIZE)).toMatchObject(OUTCOME);
});
