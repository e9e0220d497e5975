/** The one error type of the engine port. `code` says what failed, `retry` whether the same call may work later. */

const CODES = {
  unreachable: { retry: true },
  untrusted: { retry: true },
  forbidden: { retry: false },
  bad_address: { retry: false },
  bad_certificate: { retry: false },
  too_old: { retry: false },
  not_allowed: { retry: false },
  not_found: { retry: false },
  unreadable: { retry: false },
  refused: { retry: true },
  broken_stream: { retry: true },
} as const;
export type EngineErrorCode = keyof typeof CODES;

export class EngineError extends Error {
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'EngineError';
    this.code = code;
  }

  get retry(): boolean {
    return CODES[this.code].retry;
  }
}

const CODE_OF_STATUS: Partial<Record<number, EngineErrorCode>> = {
  403: 'not_allowed',
  404: 'not_found',
  409: 'not_found',
  501: 'unreadable',
};
const MAX_MESSAGE_CHARS = 300;

/**
 * What an HTTP status means for us, in the engine's own words. 501 is a log driver that cannot be read back, 409 a container that
 * is being removed: its log is gone. No engine answers
 * 403: it is a proxy before it that does not let `listed`, a path as in `ENGINE_PATHS`, through.
 */
export function errorOfStatus(status: number, body: string, listed: string): EngineError {
  const message = messageOf(body) || `the engine answered ${status}`;
  if (status === 403)
    return new EngineError(
      'not_allowed',
      `the proxy before the engine must allow GET ${listed}; it said: ${message}`,
    );
  if (status === 400 && message.includes('HTTPS server'))
    return new EngineError('refused', `${message.trim()}: set DOCKER_TLS_VERIFY=1`);
  // Podman answers 500.
  const code = message.includes("'none' log driver") ? 'unreadable' : CODE_OF_STATUS[status];
  return new EngineError(code ?? 'refused', message);
}

/** The engine explains itself in JSON; a proxy in HTML, which says no more than its status. */
function messageOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string') return message.trim();
  } catch {
    // Not the engine's own words.
  }
  const firstLine = body.trim().split('\n')[0] ?? '';
  return firstLine.startsWith('<') ? '' : firstLine.slice(0, MAX_MESSAGE_CHARS);
}

/** A failed connection, in words that name the address and the cure. */
export function errorOfConnection(cause: unknown, address: string): EngineError {
  if (cause instanceof EngineError) return cause;
  const errno = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  const detail = (cause as Error | undefined)?.message ?? 'connection failed';
  if (errno === 'EACCES' || errno === 'EPERM')
    return new EngineError(
      'forbidden',
      `permission denied for the engine at ${address}: run as a member of the socket's group, or set DOCKER_HOST`,
      cause,
    );
  if (errno === 'ENOENT')
    return new EngineError(
      'unreachable',
      `no engine at ${address}: the socket does not exist; start the engine or set DOCKER_HOST`,
      cause,
    );
  return (
    errorOfTls(errno, detail, address) ??
    new EngineError('unreachable', `no engine answers at ${address}: ${detail}`, cause)
  );
}

/** What Node calls the ways in which the certificate of the other side does not verify. */
const UNVERIFIED =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|INVALID_CA|PATH_LENGTH_|HOSTNAME_MISMATCH)/;

function errorOfTls(errno: string, detail: string, address: string): EngineError | null {
  if (UNVERIFIED.test(errno))
    return new EngineError(
      'untrusted',
      `the certificate of the engine at ${address} does not verify (${detail}): it must be signed by ca.pem of DOCKER_CERT_PATH and bear the name in DOCKER_HOST`,
    );
  if (/^ERR_SSL_.*ALERT/.test(errno))
    return new EngineError(
      'untrusted',
      `the engine at ${address} does not take our certificate (${detail}): cert.pem of DOCKER_CERT_PATH must be signed by an authority that the engine knows`,
    );
  if (errno === 'ERR_SSL_WRONG_VERSION_NUMBER' || errno === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return new EngineError('untrusted', `${address} does not speak TLS: is it the right port?`);
  return null;
}
