import type { Client } from '@elastic/elasticsearch';
import { describe, expect, test } from 'vitest';
import { Freshness } from './freshness.ts';

/** A server that says when it is asked to refresh what, and answers when it is told to. */
function createServer() {
  const asked: string[] = [];
  const answers: ((error?: Error) => void)[] = [];
  const request = ({ path }: { path: string }): Promise<void> => {
    asked.push(path.replace(/^\/|\/_refresh.*/g, ''));
    return new Promise((resolve, reject) => answers.push(error => (error ? reject(error) : resolve())));
  };
  const client = { transport: { request } } as unknown as Client;
  const freshness = new Freshness(client, error => error as Error);
  const asks = async (count: number): Promise<void> => {
    while (asked.length < count) await new Promise(resolve => setImmediate(resolve));
  };
  return { asked, answers, freshness, asks };
}

const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol();
  await new Promise(resolve => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
};

describe('a search', () => {
  test('refreshes what was written, once, and nothing when nothing was', async () => {
    const { asked, answers, freshness, asks } = createServer();
    await freshness.refresh(['q-logs-*']);
    freshness.noteWritten(['q-logs-2026.11.22']);
    await freshness.refresh(['q-logs-2026.11.21', 'q-events-*']);
    expect(asked).toEqual([]);
    const first = freshness.refresh(['q-logs-2026.11.*']);
    await asks(1);
    expect(asked).toEqual(['q-logs-2026.11.22']);
    expect(await isSettled(first)).toBe(false);
    answers[0]!();
    await first;
    await freshness.refresh(['q-logs-*']);
    expect(asked).toHaveLength(1);
  });

  test('waits for a refresh that began before it, and with others for one that begins after a write', async () => {
    const { asked, answers, freshness, asks } = createServer();
    freshness.noteWritten(['a']);
    const first = freshness.refresh(['a']);
    await asks(1);
    const meanwhile = freshness.refresh(['a']);
    expect(await isSettled(meanwhile)).toBe(false);
    freshness.noteWritten(['a']);
    const later = [freshness.refresh(['a']), freshness.refresh(['a'])];
    answers[0]!();
    await Promise.all([first, meanwhile]);
    await asks(2);
    answers[1]!();
    await Promise.all(later);
    expect(asked).toEqual(['a', 'a']);
  });

  test('fails when the refresh does, and the next one tries again', async () => {
    const { asked, answers, freshness, asks } = createServer();
    freshness.noteWritten(['a']);
    const first = freshness.refresh(['a']);
    await asks(1);
    answers[0]!(new Error('away'));
    await expect(first).rejects.toThrow('away');
    const second = freshness.refresh(['a']);
    await asks(2);
    answers[1]!();
    await second;
    expect(asked).toEqual(['a', 'a']);
  });

  test('refreshes many indices in as many requests as it takes', async () => {
    const { asked, answers, freshness, asks } = createServer();
    freshness.noteWritten(Array.from({ length: 120 }, (_, i) => `q-logs-${i}`));
    const done = freshness.refresh(['q-logs-*']);
    for (let i = 0; i < 3; i++) {
      await asks(i + 1);
      answers[i]!();
    }
    await done;
    expect(asked.flatMap(path => path.split(','))).toHaveLength(120);
  });
});
