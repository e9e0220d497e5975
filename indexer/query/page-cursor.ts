/** The opaque cursor of `GET /api/v1/logs`: range and query are frozen in it, so a page never shifts while records arrive. */
import { createHash } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { QuaylogError } from '#contract/quaylog-error.ts';

const PageCursor = Type.Object({
  from: Type.String(),
  to: Type.String(),
  after: Type.String({ pattern: '^[0-9a-v]{32}$' }),
  of: Type.String(),
});
export type PageCursor = Static<typeof PageCursor>;
const cursorSchema = Compile(PageCursor);

/** Names a query and its order; a cursor of another one is refused. */
export const cursorKey = (q: string, order: string): string =>
  createHash('sha256').update(`${order}\n${q}`).digest('base64url').slice(0, 12);

export const printCursor = (cursor: PageCursor): string =>
  Buffer.from(JSON.stringify(cursor)).toString('base64url');

export function parseCursor(text: string, key: string): PageCursor {
  const cursor = decode(text);
  if (!cursorSchema.Check(cursor)) throw new QuaylogError('bad_cursor', 'This cursor is not one of ours.');
  if (cursor.of !== key)
    throw new QuaylogError('bad_cursor', 'This cursor belongs to another query or order.');
  return cursor;
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown;
  } catch {
    return null;
  }
}
