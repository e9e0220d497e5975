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
import { createTokenBook } from './token-book.ts';

export type OpenAuth = { auth: Auth; policy: Policy; originRule: OriginRule };

export type OpenAuthOptions = { config: IndexerConfig; state: StateStore; now: () => Date; log: Logger };

/** Throws one sentence that says what to set when the address can be reached by others and nobody would be asked who they are. */
export async function openAuth({ config, state, now, log }: OpenAuthOptions): Promise<OpenAuth> {
  const settingTokens = parseSettingTokens(config.collectorTokens);
  if ('mistake' in settingTokens) throw new Error(`QUAYLOG_COLLECTOR_TOKENS: ${settingTokens.mistake}.`);
  const tokens = createTokenBook({ state, now, settingTokens });
  const policy = policyOf(config, await tokens.isAnyCollectorKnown());
  for (const warning of policy.warnings) log.warn(warning);
  const auth = createAuth({
    policy,
    passwordHash: policy.mode === 'closed' ? await settlePassword(config.password, state) : '',
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
  return { auth, policy, originRule };
}
