/**
 * Who asks, and whether they may. A request shows a token (`Authorization: Bearer …`) or the cookie of a session; a token
 * decides where both come. Sockets are asked the same way, at their handshake and again while they are open.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { refusal, type Access, type Caller } from './access.ts';
import { certificateTrouble, namesOf } from './client-certificate.ts';
import { readCookie } from './cookie.ts';
import { createGuessLimit } from './guess-limit.ts';
import { createPasswordCheck } from './password.ts';
import type { Policy } from './policy.ts';
import type { SessionBook } from './session-book.ts';
import type { TokenBook } from './token-book.ts';

export type Auth = {
  isOpen: boolean;
  /** Who it is, if that may; else rejects with `unauthorized` or `forbidden`, and a sentence that says why. What is public asks nobody. */
  admit: (request: IncomingMessage, access: Access) => Promise<Caller>;
  /** Whether whoever showed these headers may still read. Does not count as use. */
  mayRead: (headers: IncomingHttpHeaders) => Promise<boolean>;
  /** Rejects with `wrong_host` unless token and certificate may speak for this host. */
  bindHost: (request: IncomingMessage, caller: Caller, host: { id: string; name: string }) => Promise<void>;
  isSignedIn: (headers: IncomingHttpHeaders) => Promise<boolean>;
  /** What the browser is to show from now on; what it showed before is worth nothing afterwards. */
  signIn: (attempt: { password: string; address: string; headers: IncomingHttpHeaders }) => Promise<string>;
  signOut: (headers: IncomingHttpHeaders) => Promise<void>;
};

export type AuthOptions = {
  policy: Policy;
  /** The hash people's guesses are compared with; unused when open. Rejects while the state cannot be read. */
  passwordHash: () => Promise<string>;
  tokens: TokenBook;
  sessions: SessionBook;
  /** Batches are taken only with a certificate of this authority. */
  needsClientCertificate: boolean;
  nowMs: () => number;
};

export function createAuth(options: AuthOptions): Auth {
  const { policy, tokens, sessions, needsClientCertificate } = options;
  const isOpen = policy.mode === 'open';
  const isRight = createPasswordCheck(options.passwordHash);
  const limit = createGuessLimit(options.nowMs);
  const sessionOf = (headers: IncomingHttpHeaders) => readCookie(headers.cookie, policy);

  async function recognise(
    headers: IncomingHttpHeaders,
    isPerson: (shown: string) => Promise<boolean>,
  ): Promise<Caller> {
    if (isOpen) return { kind: 'anyone' };
    if (headers.authorization !== undefined) return byToken(headers.authorization, tokens);
    return (await isPerson(sessionOf(headers))) ? { kind: 'person' } : NOBODY;
  }

  return {
    isOpen,
    async admit(request, access) {
      if (access === 'public') return { kind: 'anyone' };
      const caller = await recognise(request.headers, sessions.use);
      const refused = refusal(caller, access);
      if (refused) throw refused;
      if (access === 'ingest' && needsClientCertificate) insistOnCertificate(request);
      return caller;
    },
    mayRead: async headers => refusal(await recognise(headers, sessions.isValid), 'read') === null,
    async bindHost({ socket }, caller, host) {
      if (needsClientCertificate) checkCertificateNames(socket, host.name);
      if (caller.kind === 'token') await tokens.bind(caller.token, host);
    },
    isSignedIn: async headers => isOpen || (await sessions.isValid(sessionOf(headers))),
    async signIn({ password, address, headers }) {
      const waitMs = limit.admit(address);
      if (waitMs > 0) throw tooManyGuesses(waitMs);
      if (!(await isRight(password))) throw new QuaylogError('unauthorized', 'The password is wrong.');
      limit.forgive(address);
      await sessions.end(sessionOf(headers));
      return sessions.begin();
    },
    signOut: headers => sessions.end(sessionOf(headers)),
  };
}

const NOBODY: Caller = {
  kind: 'nobody',
  reason: 'Neither a session nor a token was shown, or the session has ended.',
};

async function byToken(authorization: string, tokens: TokenBook): Promise<Caller> {
  const shown = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (shown === undefined) {
    return { kind: 'nobody', reason: 'The Authorization header is not `Bearer` and a token.' };
  }
  const token = await tokens.check(shown);
  return 'fault' in token ? { kind: 'nobody', reason: token.fault } : { kind: 'token', token };
}

function insistOnCertificate({ socket }: IncomingMessage): void {
  const trouble = socket instanceof TLSSocket ? certificateTrouble(socket) : 'there is none';
  if (trouble === null) return;
  throw new QuaylogError('unauthorized', `Batches need a client certificate: ${trouble}.`, {
    hint: 'Set QUAYLOG_CLIENT_CERT and QUAYLOG_CLIENT_KEY at the collector.',
  });
}

function checkCertificateNames(socket: IncomingMessage['socket'], host: string): void {
  const names = socket instanceof TLSSocket ? namesOf(socket.getPeerCertificate()) : [];
  if (names.length === 0 || names.includes(host)) return;
  throw new QuaylogError(
    'wrong_host',
    `The client certificate is of ${names.join(', ')}; this batch is of the host ${host}.`,
    {
      hint: 'Give the collector a certificate with the name of its host, or name the host with QUAYLOG_HOST_NAME.',
    },
  );
}

const tooManyGuesses = (waitMs: number): QuaylogError =>
  new QuaylogError('too_many_requests', 'Too many wrong passwords from this address.', {
    retryAfterSeconds: Math.ceil(waitMs / 1_000),
  });
