/** What an operator does on the data folder itself: also before the first start, and while an indexer runs. */
import { join } from 'node:path';
import type { Operator } from '#contract/token.ts';
import { createTokenBook } from './auth/token-book.ts';
import { createSqliteStateStore } from './state/sqlite-state-store.ts';

export { hashPassword } from './auth/password.ts';

/** `data`: the folder that QUAYLOG_DATA names; made where there is none. Close it afterwards. */
export function openOperator(data: string): Operator {
  const state = createSqliteStateStore({ file: join(data, 'state.db') });
  const { createToken, listTokens, revokeToken } = createTokenBook({ state, now: () => new Date() });
  return { createToken, listTokens, revokeToken, close: () => state.close() };
}
