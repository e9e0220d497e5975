/** The one error type of the engine port. `code` says what failed, `retry` whether the same call may work later. */

const CODES = {
  unreachable: { retry: true },
  forbidden: { retry: false },
  bad_address: { retry: false },
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

/** What the engine's HTTP status means for us. 501 is a log driver that cannot be read back. */
export function errorOfStatus(status: number, message: string): EngineError {
  const code = status === 404 ? 'not_found' : status === 501 ? 'unreadable' : 'refused';
  return new EngineError(code, message.trim() || `the engine answered ${status}`);
}

/** A failed connection, in words that name the address and the cure. */
export function errorOfConnection(cause: unknown, address: string): EngineError {
  const errno = (cause as NodeJS.ErrnoException | undefined)?.code;
  const detail = (cause as Error | undefined)?.message ?? 'connection failed';
  if (cause instanceof EngineError) return cause;
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
  return new EngineError('unreachable', `no engine answers at ${address}: ${detail}`, cause);
}
