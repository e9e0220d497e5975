/** Serves the built dashboard by looking a path up in the list of its files, never by joining it to a folder. */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { QuaylogError } from '#contract/quaylog-error.ts';

/** Paths that are never pages: a wrong one is a 404, not the dashboard. */
const NOT_A_PAGE = /^\/(api|socket\.io|metrics|assets)(\/|$)/;

export async function serveDashboard(app: FastifyInstance, root: string): Promise<void> {
  const files = listFiles(root);
  await app.register(fastifyStatic, { root, serve: false });
  app.setNotFoundHandler((request, reply) => {
    const [path = '/'] = request.url.split('?');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const file = isRead ? files.get(path) : undefined;
    if (file !== undefined)
      return reply.sendFile(file, { maxAge: '1y', immutable: path.startsWith('/assets/') });
    if (isRead && !NOT_A_PAGE.test(path)) return sendPage(reply, files.has('/index.html'));
    throw new QuaylogError('not_found', `There is no ${request.method} ${path}.`, {
      hint: '/api/docs lists the routes.',
    });
  });
}

function sendPage(reply: FastifyReply, isBuilt: boolean): FastifyReply {
  if (!isBuilt)
    throw new QuaylogError('not_found', 'The dashboard is not built.', {
      hint: 'Run `npm start`: it builds what is missing.',
    });
  return reply.header('cache-control', 'no-cache').sendFile('index.html', { cacheControl: false });
}

/** `/assets/x.js` → `assets/x.js` for every file of the build. */
function listFiles(root: string): Map<string, string> {
  if (!existsSync(root)) return new Map();
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  return new Map(
    files.map(entry => {
      const path = relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
      return [`/${path}`, path];
    }),
  );
}
