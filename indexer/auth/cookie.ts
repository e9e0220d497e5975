/** The one cookie there is. Its value is base64url, so that nothing in it needs quoting. Pure. */
import type { Policy } from './policy.ts';
import { LIFETIME_MS } from './session-book.ts';

type Way = Pick<Policy, 'isHttps'>;

/** The prefix makes browsers insist on https, this very host and all paths; plain http cannot keep that promise. */
const cookieName = ({ isHttps }: Way): string => (isHttps ? '__Host-quaylog' : 'quaylog');

/** What the browser showed; empty when nothing. */
export function readCookie(header: string | undefined, way: Way): string {
  const name = `${cookieName(way)}=`;
  const part = header?.split(';').find(one => one.trim().startsWith(name));
  return part?.trim().slice(name.length) ?? '';
}

/** `Set-Cookie`. An empty value takes the cookie away. The server ends sessions sooner than a browser forgets them. */
export function writeCookie(value: string, way: Way): string {
  const attributes = [
    'Path=/',
    `Max-Age=${value === '' ? 0 : LIFETIME_MS / 1_000}`,
    'HttpOnly',
    'SameSite=Strict',
  ];
  if (way.isHttps) attributes.push('Secure');
  return [`${cookieName(way)}=${value}`, ...attributes].join('; ');
}
