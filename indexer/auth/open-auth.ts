/** Puts the parts of access together as the settings ask for, or says why nobody could be let in safely. */
import type { Logger } from 'pino';
import type { IndexerConfig } from '../config.ts';
import type { StateStore } from '../state/state-store.ts';
import { createAuth, type Auth } from './auth.ts';
import type { OriginRule } from './origin.ts';
import { settlePassword } from './password.ts';
import { policyOf, type Policy } from './policy.ts';
import { createSessionBook } from './session-book.ts';
import { parseSettingTokens } from './setting-tokens.ts';
import { createTokenBook, type TokenBook } from './token-book.ts';

export type OpenAuth = {
  auth: Auth;
  policy: Policy;
  originRule: OriginRule;
  /** Before anybody is let in: a new password ends every session. May be called again after it rejected. */
  settle: () => Promise<void>;
};

export type OpenAuthOptions = { config: IndexerConfig; state: StateStore; now: () => Date; log: Logger };

/** Throws one sentence that says what to set when the address can be reached by others and nobody would be asked who they are. */
export async function openAuth({ config, state, now, log }: OpenAuthOptions): Promise<OpenAuth> {
  const settingTokens = parseSettingTokens(config.collectorTokens);
  if ('mistake' in settingTokens) throw new Error(`QUAYLOG_COLLECTOR_TOKENS: ${settingTokens.mistake}.`);
  const tokens = createTokenBook({ state, now, settingTokens });
  const policy = policyOf(config, await isAnyCollectorKnown(tokens, state));
  const settled = oncePossible(() => settlePassword(config.password, state));
  for (const warning of policy.warnings) log.warn(warning);
  const auth = createAuth({
    policy,
    passwordHash: settled,
    tokens,
    sessions: createSessionBook({ state, now }),
    needsClientCertificate: config.tlsClientCa !== '',
    nowMs: () => now().getTime(),
  });
  const originRule = {
    publicUrl: config.publicUrl,
    isTls: config.tlsCert !== '',
    isOpenLoopback: policy.mode === 'open' && policy.isLoopback && config.auth !== 'none',
  };
  const settle = async (): Promise<void> => {
    if (policy.mode === 'closed') await settled();
  };
  return { auth, policy, originRule, settle };
}

/** While a shared state cannot be read nobody is let in; a collector whose token is in it will be. */
async function isAnyCollectorKnown(tokens: TokenBook, state: StateStore): Promise<boolean> {
  try {
    return await tokens.isAnyCollectorKnown();
  } catch (error) {
    if (state.isShared) return true;
    throw error;
  }
}

/** Its first answer, for good; an error is no answer. */
function oncePossible<T>(work: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () =>
    (answer ??= work().catch((error: unknown) => {
      answer = null;
      throw error;
    }));
}
