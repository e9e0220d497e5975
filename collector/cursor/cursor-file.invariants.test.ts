import fc from 'fast-check';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pino } from 'pino';
import { decodeCheckedFile, encodeCheckedFile, readCheckedFile, writeCheckedFile } from './cursor-file.ts';
import { openCursorStore } from './cursor-store.ts';
import { createProgress, type LogCursor } from './cursor.ts';

vi.setConfig({ testTimeout: 60_000 });

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quaylog-cursors-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const log = pino({ level: 'silent' });
const at = (n: number): LogCursor => {
  const stamp = `2026-11-22T10:00:00.${String(n).padStart(9, '0')}Z`;
  return { 1: { stamp, ordinal: n }, watermark: { stamp, stream: 1 } };
};
const progress = (n: number) => ({ ...createProgress(), logs: new Map([['c1', at(n)]]) });

/** A folder with two generations: 1, then 2. */
async function twoGenerations(): Promise<string> {
  for (const n of [1, 2]) {
    const store = await openCursorStore({ dir, engineId: 'e', log });
    store.advance(progress(n), n);
    await store.close();
  }
  const name = (await readdir(dir)).find(file => /^cursors-[0-9a-f]+$/.test(file));
  return join(dir, name!);
}

async function reopened(): Promise<LogCursor | undefined> {
  const store = await openCursorStore({ dir, engineId: 'e', log });
  await store.close();
  return store.logCursor('c1');
}

describe('the cursor file', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        fc.pre(value !== null);
        expect(decodeCheckedFile(encodeCheckedFile(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is refused when any byte of it is missing or changed', () => {
    const text = encodeCheckedFile({ containers: { c1: { log: at(7) } } });
    for (let i = 0; i < text.length; i++) {
      expect(decodeCheckedFile(text.slice(0, i))).toBeNull();
      const changed = String.fromCharCode(text.charCodeAt(i) ^ 1);
      expect(decodeCheckedFile(text.slice(0, i) + changed + text.slice(i + 1))).toBeNull();
    }
  });

  it('when it is cut or garbled anywhere, gives way to the generation before', async () => {
    const path = await twoGenerations();
    const [newest, older] = [await readFile(path), await readFile(`${path}.old`)];
    expect(await reopened()).toEqual(at(2));
    for (let i = 0; i < newest.length; i += 17) {
      const garbled = Buffer.from(newest);
      garbled[i] = (garbled[i] ?? 0) ^ 0x20;
      for (const bytes of [newest.subarray(0, i), garbled]) {
        await writeFile(path, bytes);
        await writeFile(`${path}.old`, older);
        expect(await reopened()).toEqual(at(1));
      }
    }
    expect(await readdir(dir)).toContain(`${path.split('/').at(-1)!}.damaged`);
  });

  it('when both generations are damaged, is begun anew and both are set aside', async () => {
    const path = await twoGenerations();
    await writeFile(path, 'x');
    await writeFile(`${path}.old`, '');
    expect(await reopened()).toBeUndefined();
    expect(await readdir(dir)).toHaveLength(2);
  });

  it('survives a crash between its renames and a half-written successor', async () => {
    const path = await twoGenerations();
    await writeFile(`${path}.new`, 'quaylog-cursors 1 0000');
    await rm(path);
    expect(await reopened()).toEqual(at(1));
    await writeCheckedFile(path, { fresh: true });
    expect(await readCheckedFile(path, () => undefined)).toEqual({ fresh: true });
  });
});

describe('the cursor store', () => {
  it('keeps engines apart', async () => {
    await twoGenerations();
    const other = await openCursorStore({ dir, engineId: 'another', log });
    expect(other.logCursor('c1')).toBeUndefined();
    await other.close();
  });

  it('never lets the event stamp go back', async () => {
    const store = await openCursorStore({ dir, engineId: 'e', log });
    for (const eventsSince of ['2026-11-22T10:00:02Z', '2026-11-22T10:00:01Z', null])
      store.advance({ ...createProgress(), eventsSince }, 1);
    await store.close();
    expect((await openCursorStore({ dir, engineId: 'e', log })).eventsSince).toBe('2026-11-22T10:00:02Z');
  });

  it('forgets a container that is told gone', async () => {
    await twoGenerations();
    const store = await openCursorStore({ dir, engineId: 'e', log });
    store.advance({ ...createProgress(), known: new Map([['c1', null]]) }, 3);
    await store.close();
    expect(await reopened()).toBeUndefined();
  });

  it('keeps what is acknowledged, while readers go on from what is taken', async () => {
    const store = await openCursorStore({ dir, engineId: 'e', log });
    const written: number[] = [];
    store.onWritten = seq => written.push(seq);
    store.take(progress(1));
    store.advance(progress(1), 1);
    store.take(progress(2));
    expect(store.logCursor('c1')).toEqual(at(2));
    await store.close();
    expect(written).toEqual([1]);
    const again = await openCursorStore({ dir, engineId: 'e', log });
    expect([again.logCursor('c1'), again.ackedSeq]).toEqual([at(1), 1]);
    await again.close();
  });
});
