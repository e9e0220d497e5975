/** The page's one live socket, opened when the first component asks for it. */
import { useSyncExternalStore } from 'react';
import { io } from 'socket.io-client';
import { createLiveSocket, type LiveSocket, type LiveStatus, type Wire } from './live-socket.ts';

let socket: LiveSocket | undefined;

export function live(): LiveSocket {
  socket ??= createLiveSocket(
    // Reconnecting is ours (live-socket.ts), because the status bar counts down to the next attempt.
    io('/live', {
      autoConnect: false,
      reconnection: false,
      transports: ['websocket', 'polling'],
    }) as unknown as Wire,
    { now: Date.now, random: Math.random, after: (ms, run) => setTimeout(run, ms) },
    () => whenUnauthorized(),
  );
  return socket;
}

let whenUnauthorized = (): void => undefined;

/** Told when the indexer refuses the socket because nobody is signed in (any more). */
export function onLiveUnauthorized(listener: () => void): void {
  whenUnauthorized = listener;
}

/** Closes the socket; the next component that asks opens a new one, which then is who signed in by then. */
export function endLive(): void {
  socket?.end();
  socket = undefined;
}

export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(live().onStatus, live().status);
}
