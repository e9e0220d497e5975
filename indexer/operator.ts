/** What an operator does on the state itself: also before the first start, and while indexers run. */
import type { Operator } from '#contract/token.ts';
import { createTokenBook } from './auth/token-book.ts';
import { readIndexerConfig, type Flags } from './config.ts';
import { openState } from './state/open-state.ts';

export { hashPassword } from './auth/password.ts';

/** The settings that say where the state is; others may be wrong. */
const PLACE = /^QUAYLOG_(DATA|STORE|ELASTICSEARCH)/;
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** As the indexer reads its settings: its data folder, made where there is none, or its Elasticsearch. Close it afterwards. */
export async function openOperator(flags: Flags): Promise<Operator> {
  const { config, problems } = readIndexerConfig(flags);
  const wrong = problems.filter(({ key }) => PLACE.test(key));
  if (wrong.length > 0) throw new Error(wrong.map(({ message }) => message).join('\n'));
  const state = await openState(config, SILENT);
  const { createToken, listTokens, revokeToken } = createTokenBook({ state, now: () => new Date() });
  return { createToken, listTokens, revokeToken, close: () => state.close() };
}
