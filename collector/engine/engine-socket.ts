/** A connection to an engine that hands over what it reads and then waits to be told to go on. */
import { connect, isIP, type Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { EngineAddress } from './engine-address.ts';

/** One buffer takes every read of every connection: nothing is allocated for the lines that pass, nor for a thousand that are quiet. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);
/** Silent for this long, the other side is asked for a sign of life; ten unanswered seconds later the connection is broken. */
const KEEP_ALIVE_AFTER_MS = 15_000;

/** `certificates`: for an address with TLS. */
export type EngineTarget = { address: EngineAddress; certificates: SecureContext | null };
/** `take` gets what is read; it may change from one answer to the next. */
export type EngineSocket = { socket: Socket; take: Take; resume: () => void };

/** True: go on reading. Else nothing more is read until `resume`. The bytes are valid only during the call. */
type Take = (bytes: Buffer) => boolean;

export function openSocket({ address, certificates }: EngineTarget): EngineSocket {
  if ('socketPath' in address) return openPlain({ path: address.socketPath });
  const alive = {
    host: address.host,
    port: address.port,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS,
  };
  return certificates === null ? openPlain(alive) : openSecure(alive, certificates);
}

type Where =
  { path: string } | { host: string; port: number; keepAlive: boolean; keepAliveInitialDelay: number };

const takeNothing = (): boolean => true;

function openPlain(where: Where): EngineSocket {
  const callback = (count: number): boolean => opened.take(READ_BUFFER.subarray(0, count));
  const socket = connect({ ...where, onread: { buffer: READ_BUFFER, callback } });
  const opened: EngineSocket = { socket, take: takeNothing, resume: () => void socket.resume() };
  return opened;
}

/** TLS decrypts piece by piece, also after it was told to pause; here the pieces gather until they are asked for. */
function openSecure(where: Extract<Where, { host: string }>, secureContext: SecureContext): EngineSocket {
  const servername = isIP(where.host) === 0 ? { servername: where.host } : {};
  const tls = process.getBuiltinModule('node:tls');
  const socket: TLSSocket = tls.connect({ ...where, ...servername, secureContext });
  let isHeld = false;
  const read = () => {
    const bytes = isHeld ? null : (socket.read() as Buffer | null);
    if (bytes === null) return;
    isHeld = !opened.take(bytes);
  };
  socket.on('readable', read);
  const resume = () => {
    isHeld = false;
    read();
  };
  const opened: EngineSocket = { socket, take: takeNothing, resume };
  return opened;
}
