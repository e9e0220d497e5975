/** A server without sign-in, for tests of routes by themselves. */
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { createServer } from './server.ts';

export async function openServer(): Promise<FastifyInstance> {
  const { app } = await createServer({
    log: pino({ level: 'silent' }),
    tls: null,
    isHttpsForGood: false,
    originRule: { publicUrl: '', isTls: false, isOpenLoopback: false },
    admit: () => Promise.resolve({ kind: 'anyone' }),
  });
  return app;
}
