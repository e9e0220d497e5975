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
  );
  return socket;
}

export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(live().onStatus, live().status);
}
