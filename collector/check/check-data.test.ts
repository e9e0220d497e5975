import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkData } from './check-data.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'quaylog-check-'));
});
afterEach(() => {
  chmodSync(data, 0o700);
  rmSync(data, { recursive: true });
});

const textsOf = async (spoolSize = 2 ** 20) =>
  (await checkData({ data, spoolSize })).map(({ verdict, text }) => `${verdict} ${text}`);

describe('the data folder', () => {
  it('that is not there yet is not made by looking', async () => {
    expect((await textsOf())[0]).toContain('note ');
    expect(readdirSync(data)).toEqual([]);
  });

  it('says how much the spool holds', async () => {
    mkdirSync(join(data, 'collector/spool-abc'), { recursive: true });
    writeFileSync(join(data, 'collector/spool-abc/1'), Buffer.alloc(3 * 2 ** 20));
    writeFileSync(join(data, 'collector/cursors-abc'), Buffer.alloc(2 ** 20));
    const [folder, room] = await textsOf(4 * 2 ** 20);
    expect(folder).toBe(`ok ${join(data, 'collector')} may be written`);
    expect(room).toMatch(/^ok the spool holds 3 MiB of 4 MiB; \d+ MiB are free/);
  });

  it('without room for the whole spool is a risk', async () => {
    expect((await textsOf(2 ** 60))[1]).toMatch(/^risk .*it cannot grow to its size/);
  });

  it('behind a file is trouble', async () => {
    writeFileSync(join(data, 'file'), '');
    const [found] = await checkData({ data: join(data, 'file'), spoolSize: 2 ** 20 });
    expect(found).toMatchObject({ verdict: 'trouble' });
  });
});
