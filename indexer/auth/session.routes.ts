/** `/api/v1/session`: whether one must sign in, signing in, signing out. */
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Auth } from './auth.ts';
import { writeCookie } from './cookie.ts';
import type { Policy } from './policy.ts';

const BODY_LIMIT_BYTES = 16 * 1024;

const Session = Type.Object({ auth: Type.Enum(['password', 'none']), signedIn: Type.Boolean() });
/** The bound keeps a long guess from being work. */
const SignIn = Type.Object(
  { password: Type.String({ minLength: 1, maxLength: 1_024 }) },
  { additionalProperties: false },
);

export type SessionRouteDeps = { auth: Auth; policy: Pick<Policy, 'isHttps'> };

export function registerSessionRoutes(app: FastifyInstance, { auth, policy }: SessionRouteDeps): void {
  const url = '/api/v1/session';
  const config = { access: 'public' as const };
  const tags = ['session'];

  app.get(
    url,
    { config, schema: { tags, summary: 'Whether one must sign in, and has', response: { 200: Session } } },
    async (request, reply): Promise<Static<typeof Session>> => {
      void reply.header('cache-control', 'no-store');
      return {
        auth: auth.isOpen ? 'none' : 'password',
        signedIn: await auth.isSignedIn(request.headers),
      };
    },
  );

  app.post<{ Body: Static<typeof SignIn> }>(
    url,
    {
      config,
      bodyLimit: BODY_LIMIT_BYTES,
      schema: { tags, summary: 'Sign in with the password: 204 and a cookie', body: SignIn },
    },
    async (request, reply) => {
      if (auth.isOpen) return reply.status(204).send();
      const attempt = { password: request.body.password, address: request.ip, headers: request.headers };
      const session = await auth.signIn(attempt);
      return reply.status(204).header('set-cookie', writeCookie(session, policy)).send();
    },
  );

  app.delete(
    url,
    { config, schema: { tags, summary: 'Sign out: the session and its sockets end' } },
    async (request, reply) => {
      await auth.signOut(request.headers);
      return reply.status(204).header('set-cookie', writeCookie('', policy)).send();
    },
  );
}
