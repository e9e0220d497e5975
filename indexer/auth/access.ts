/** Who may do what. Pure: whoever asks has been recognised already. */
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { TokenSummary } from '#contract/token.ts';

/** What a route needs of its caller. Declared by every route as `config.access`. */
export type Access = 'public' | 'read' | 'write' | 'ingest';

/**
 * `anyone`: there is no sign-in here, or none is needed. `nobody`: neither session nor token, or one that is not valid; `reason` says which.
 * A token from the settings has no summary of its own: it is made one.
 */
export type Caller =
  | { kind: 'anyone' }
  | { kind: 'nobody'; reason: string }
  | { kind: 'person' }
  | { kind: 'token'; token: TokenSummary };

/** Null when this caller may, else what it is told. */
export function refusal(caller: Caller, access: Exclude<Access, 'public'>): QuaylogError | null {
  if (caller.kind === 'anyone') return null;
  if (caller.kind === 'nobody') return new QuaylogError('unauthorized', caller.reason);
  if (caller.kind === 'person') return access === 'ingest' ? forbidden(NEEDS_COLLECTOR_TOKEN) : null;
  const { scope, prefix } = caller.token;
  if (scope === access) return null;
  if (access === 'ingest') return forbidden(NEEDS_COLLECTOR_TOKEN);
  return scope === 'ingest'
    ? forbidden(`The token ${prefix} only sends batches: it can neither read nor change anything.`)
    : forbidden(`The token ${prefix} only reads: sign in to change something.`);
}

const NEEDS_COLLECTOR_TOKEN = 'Batches are sent with the token of a collector.';

const forbidden = (message: string): QuaylogError =>
  new QuaylogError('forbidden', message, {
    hint: '`quaylog token create --help` says which tokens there are.',
  });
