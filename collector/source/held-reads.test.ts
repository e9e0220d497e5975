import { describe, expect, it } from 'vitest';
import { EngineError } from '../engine/engine-error.ts';
import type { LogRead } from '../engine/engine.ts';
import { HeldReads } from './held-reads.ts';

/** Each read gives its pieces in turn, one when the one before was taken. */
function engineOf(pieces: string[]) {
  const asked: LogRead[] = [];
  let given = 0;
  const readLogs = async (_: string, read: LogRead) => {
    asked.push(read);
    for (const piece of pieces) {
      given++;
      const bytes = Buffer.from(piece);
      const held = read.onBytes(bytes);
      bytes.fill(0);
      await held;
      if (read.signal.aborted) return;
    }
  };
  return { readLogs, asked, given: () => given };
}

async function read(
  from: Pick<HeldReads, 'readLogs'>,
  follow: boolean,
  signal = new AbortController().signal,
) {
  let text = '';
  const onBytes = (bytes: Buffer) => {
    text += bytes.toString();
    return undefined;
  };
  await from.readLogs('c1', { since: null, follow, signal, onBytes });
  return text;
}

describe('held reads', () => {
  it('follow at once, and rest at their first bytes until somebody takes them', async () => {
    const engine = engineOf(['one ', 'two']);
    const held = new HeldReads(engine, 'c1');
    expect(engine.asked).toMatchObject([{ follow: true, since: null }]);
    expect(engine.given()).toBe(1);
    expect(await read(held, true)).toBe('one two');
    expect(engine.asked).toHaveLength(1);
  });

  it('ask for all that a container left as soon as it has died', async () => {
    const engine = engineOf(['all']);
    const held = new HeldReads(engine, 'c1');
    held.noteDeath();
    held.noteDeath();
    expect(engine.asked.map(({ follow }) => follow)).toEqual([true, false]);
    expect(await read(held, false)).toBe('all');
    expect(engine.asked).toHaveLength(2);
  });

  it('leave to the engine what was not held, or is taken already', async () => {
    const engine = engineOf(['all']);
    const held = new HeldReads(engine, 'c1');
    await read(held, false);
    await read(held, true);
    await read(held, true);
    expect(engine.asked.map(({ follow }) => follow)).toEqual([true, false, true]);
  });

  it('fail as the engine failed, when they are taken and not before', async () => {
    const gone = new EngineError('not_found', 'gone');
    const held = new HeldReads({ readLogs: () => Promise.reject(gone) }, 'c1');
    await new Promise(setImmediate);
    await expect(read(held, true)).rejects.toBe(gone);
  });

  it('end when nobody wants them, and with whoever has taken them', async () => {
    const engine = engineOf(['one']);
    new HeldReads(engine, 'c1').close();
    expect(engine.asked[0]?.signal.aborted).toBe(true);
    const taking = new AbortController();
    const held = new HeldReads(engine, 'c1');
    taking.abort();
    await read(held, true, taking.signal);
    expect(engine.asked[1]?.signal.aborted).toBe(true);
  });
});
