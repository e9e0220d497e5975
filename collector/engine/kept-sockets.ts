/** Connections on which an answer came to its end: the next short question spares itself the handshake. */
import type { EngineSocket } from './engine-socket.ts';

/** As many questions as are usually asked at a time. */
const MOST = 4;

const ignore = (): void => undefined;

export class KeptSockets {
  /** With what is to be done when it closes. */
  private readonly idle = new Map<EngineSocket, () => void>();

  /** One that was open a moment ago; undefined when there is none. */
  take(): EngineSocket | undefined {
    for (const [one, forget] of this.idle) {
      this.idle.delete(one);
      one.socket.off('close', forget).off('error', ignore).ref();
      return one;
    }
    return undefined;
  }

  keep(one: EngineSocket): void {
    const { socket } = one;
    const forget = () => this.idle.delete(one);
    socket.on('close', forget).on('error', ignore).unref();
    // Bytes that nobody asked for answer nothing.
    one.take = () => {
      socket.destroy();
      return false;
    };
    if (this.idle.size >= MOST) socket.destroy();
    else this.idle.set(one, forget);
  }
}
