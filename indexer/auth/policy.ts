/** What the settings ask for: who must sign in, and how cookies travel. Pure; refusing to start is its first duty. */
import ipaddr from 'ipaddr.js';
import type { IndexerConfig } from '../config.ts';

/**
 * `open`: whoever reaches the address may do everything, because it is this machine only, or because the settings say so.
 * `closed`: people sign in, programs show a token.
 */
export type Policy = {
  mode: 'open' | 'closed';
  /** Every way here is encrypted: cookies are `Secure`, and browsers are told to stay with https. */
  isHttps: boolean;
  isLoopback: boolean;
  /** What an operator should hear at start. */
  warnings: string[];
};

type PolicySettings = Pick<IndexerConfig, 'host' | 'listen' | 'auth' | 'password' | 'tlsCert' | 'publicUrl'>;

/** Throws one sentence that says what to set when the address can be reached by others and nobody would be asked who they are. */
export function policyOf(settings: PolicySettings, isAnyCollectorKnown: boolean): Policy {
  const isLoopback = isLoopbackHost(settings.host);
  const hasPassword = settings.password !== '';
  const isHttps = settings.tlsCert !== '' || settings.publicUrl.startsWith('https:');
  if (settings.auth === 'none') {
    return { mode: 'open', isHttps, isLoopback, warnings: isLoopback ? [] : [OPEN_TO_ALL] };
  }
  const missing = [...(hasPassword ? [] : [NEEDS_PASSWORD]), ...(isAnyCollectorKnown ? [] : [NEEDS_TOKEN])];
  if (!isLoopback && missing.length > 0) {
    throw new Error(
      `${settings.listen} can be reached from other machines, so it needs ${missing.join(' and ')}. ` +
        'Without either: QUAYLOG_LISTEN=127.0.0.1:8600 for this machine only, or QUAYLOG_AUTH=none to let in whoever reaches it.',
    );
  }
  const warnings = [
    ...(!isLoopback && !isHttps ? [PLAIN_HTTP] : []),
    ...(hasPassword && settings.password.length < SHORT_PASSWORD ? [WEAK_PASSWORD] : []),
  ];
  return { mode: hasPassword ? 'closed' : 'open', isHttps, isLoopback, warnings };
}

const SHORT_PASSWORD = 8;
const NEEDS_PASSWORD =
  'a password for people (QUAYLOG_PASSWORD or QUAYLOG_PASSWORD_FILE; `quaylog password` prints a hash to put there)';
const NEEDS_TOKEN =
  'a token for each collector (`quaylog token create --host NAME`, or QUAYLOG_COLLECTOR_TOKENS)';
const OPEN_TO_ALL =
  'QUAYLOG_AUTH=none: whoever reaches this address reads all logs and may send any; keep others away from it';
const PLAIN_HTTP =
  'plain http beyond this machine: password, tokens and logs travel readable by anyone on the way; set QUAYLOG_TLS_CERT and QUAYLOG_TLS_KEY, or QUAYLOG_PUBLIC_URL=https://… behind a proxy';
const WEAK_PASSWORD = 'the password has fewer than 8 characters: choose a longer one';

/** `localhost` and every address that no other machine can reach. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  if (bare.toLowerCase() === 'localhost') return true;
  return ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback';
}
