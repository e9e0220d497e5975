import { beforeEach, describe, expect, test } from 'vitest';
import { createSqliteStateStore } from '../state/sqlite-state-store.ts';
import type { StateStore } from '../state/state-store.ts';
import type { TokenSummary } from '#contract/token.ts';
import { createTokenBook, type TokenBook } from './token-book.ts';

const A = { id: 'ENGINE-A', name: 'a' };
let nowMs: number;
let state: StateStore;
let book: TokenBook;
beforeEach(() => {
  nowMs = Date.parse('2026-11-22T10:00:00Z');
  state = createSqliteStateStore({ file: ':memory:' });
  book = openBook();
});
const openBook = (settingTokens: { host: string; token: string }[] = []) =>
  createTokenBook({ state, now: () => new Date(nowMs), settingTokens });
const make = (host: string | null, lifetimeMs: number | null = null) =>
  book.createToken({ host, name: '', lifetimeMs });

async function valid(shown: string): Promise<TokenSummary> {
  const answer = await book.check(shown);
  if ('fault' in answer) throw new Error(answer.fault);
  return answer;
}

test('a token is its prefix and 256 bits; the store keeps neither, only a hash', async () => {
  const { token, summary } = await make('a');
  expect(token).toMatch(/^qlc_[0-9a-f]{8}_[0-9a-f]{64}$/);
  expect(token.startsWith(summary.prefix)).toBe(true);
  expect(JSON.stringify(await state.list('token'))).not.toContain(token.slice(13));
  expect(await valid(token)).toEqual(summary);
});

test.each([
  [
    'another secret under a known prefix',
    (token: string) => `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`,
  ],
  ['only the prefix', (token: string) => token.slice(0, 12)],
  ['upper case', (token: string) => token.toUpperCase()],
  ['a longer one', (token: string) => `${token}0`],
  ['nothing', () => ''],
  ['a name of the language', () => '__proto__'],
])('%s is unknown', async (_name, spoil) => {
  const { token } = await make('a');
  expect(await book.check(spoil(token))).toEqual({ fault: expect.stringMatching(/unknown/) as string });
});

test('an expired and a revoked token say so, by their prefix', async () => {
  const [short, gone] = [await make('a', 1_000), await make('b')];
  nowMs += 1_000;
  await book.revokeToken(gone.summary.prefix);
  const faults = [await book.check(short.token), await book.check(gone.token)];
  expect(faults).toEqual([
    { fault: `The token ${short.summary.prefix} expired at 2026-11-22T10:00:01.000Z.` },
    { fault: `The token ${gone.summary.prefix} was revoked at 2026-11-22T10:00:01.000Z.` },
  ]);
});

test('what another program revokes counts at once', async () => {
  const { token, summary } = await make('a');
  await openBook().revokeToken(summary.prefix);
  expect(await book.check(token)).toHaveProperty('fault');
});

test('a host has two valid tokens, for the change from one to the next', async () => {
  const [first, second] = [await make('a'), await make('a')];
  await expect(make('a')).rejects.toThrow(/two valid tokens/);
  await book.revokeToken(first.summary.prefix);
  await make('a');
  await valid(second.token);
});

test('revoking needs a beginning that fits exactly one', async () => {
  const { token, summary } = await make('a');
  await make('b');
  await expect(book.revokeToken('qlc_')).rejects.toThrow(/2 tokens begin/);
  await expect(book.revokeToken('')).rejects.toThrow(/2 tokens begin/);
  await expect(book.revokeToken('nothing')).rejects.toThrow(/No token/);
  expect((await book.revokeToken(token)).prefix).toBe(summary.prefix);
});

describe('a token belongs to one host', () => {
  test('another name is refused, and both are named', async () => {
    const token = await valid((await make('a')).token);
    await expect(book.bind(token, { id: 'ENGINE-B', name: 'b' })).rejects.toMatchObject({
      code: 'wrong_host',
      message: expect.stringMatching(/of the host a; .* of the host b/) as string,
    });
  });

  test('the first engine is remembered, also by the next program; another is refused', async () => {
    const { token } = await make('a');
    await book.bind(await valid(token), A);
    book = openBook();
    await book.bind(await valid(token), A);
    const other = book.bind(await valid(token), { id: 'ENGINE-B', name: 'a' });
    await expect(other).rejects.toThrow(/ENGINE-A.*ENGINE-B/);
  });

  test('of two engines at once one wins', async () => {
    const { token } = await make('a');
    const summary = await valid(token);
    const both = await Promise.allSettled([
      book.bind(summary, A),
      book.bind(summary, { id: 'ENGINE-B', name: 'a' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await valid(token)).hostId).toBe(both[0]?.status === 'fulfilled' ? 'ENGINE-A' : 'ENGINE-B');
  });

  test('nobody takes the engine of another host under a name of its own', async () => {
    const [a, b] = [await make('a'), await make('b')];
    await book.bind(await valid(a.token), A);
    const stolen = book.bind(await valid(b.token), { id: A.id, name: 'b' });
    await expect(stolen).rejects.toThrow(/ENGINE-A is that of the host a/);
  });

  test('a host that was renamed is free for its new name once the old token is revoked', async () => {
    const [old, renamed] = [await make('a'), await make('b')];
    await book.bind(await valid(old.token), A);
    await book.revokeToken(old.summary.prefix);
    await book.bind(await valid(renamed.token), { id: A.id, name: 'b' });
  });

  test('the second token of a host is of the same engine', async () => {
    const [first, second] = [await make('a'), await make('a')];
    await book.bind(await valid(first.token), A);
    await book.bind(await valid(second.token), A);
    expect((await valid(second.token)).hostId).toBe(A.id);
  });
});

describe('tokens from the settings', () => {
  test('count as those that were made', async () => {
    book = openBook([{ host: 'a', token: 'x'.repeat(40) }]);
    const token = await valid('x'.repeat(40));
    expect(token).toMatchObject({ scope: 'ingest', host: 'a' });
    await book.bind(token, A);
    await expect(book.bind(await valid('x'.repeat(40)), { id: 'B', name: 'a' })).rejects.toThrow(/ENGINE-A/);
    expect(await book.isAnyCollectorKnown()).toBe(true);
  });

  test('one of any host is of the first that shows it, also of one that has a token of its own', async () => {
    await book.bind(await valid((await make('a')).token), A);
    book = openBook([{ host: '*', token: 'x'.repeat(40) }]);
    await book.bind(await valid('x'.repeat(40)), A);
    await expect(book.bind(await valid('x'.repeat(40)), { id: 'B', name: 'b' })).rejects.toThrow();
  });

  test('none is listed, none can be revoked', async () => {
    book = openBook([{ host: 'a', token: 'x'.repeat(40) }]);
    expect(await book.listTokens()).toEqual([]);
    await expect(book.revokeToken('of a')).rejects.toThrow();
  });
});

test('a token that reads makes no collector known', async () => {
  await make(null);
  expect(await book.isAnyCollectorKnown()).toBe(false);
});
