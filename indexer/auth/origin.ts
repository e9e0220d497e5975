/** Whether a request of a browser comes from our own pages. Pure. */
import { isLoopbackHost } from './policy.ts';

export type OriginRule = {
  /** The origin people use where a proxy gives us another `Host`; empty when there is none. */
  publicUrl: string;
  /** We speak TLS ourselves: a page of plain http is another origin even under the same name. */
  isTls: boolean;
  /** Open to this machine only: then `Host` must name this machine. */
  isOpenLoopback: boolean;
};

type Headers = { origin?: string | undefined; host?: string | undefined };

/** curl, collectors and Prometheus send no `Origin`; a browser sends one with every unsafe verb and every socket. */
export function isOwnOrigin({ origin, host }: Headers, rule: OriginRule): boolean {
  if (origin === undefined) return true;
  const parsed = URL.parse(origin);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return false;
  if (parsed.origin === URL.parse(rule.publicUrl)?.origin) return true;
  return parsed.host === normalHost(host, parsed.protocol) && (!rule.isTls || parsed.protocol === 'https:');
}

/**
 * A page whose name its owner made to point at 127.0.0.1 is of the same origin as we are, in the eyes of the browser. Its
 * name stands in `Host`: where nobody signs in, only names of this machine are answered.
 */
export function isOwnHost({ host }: Headers, { isOpenLoopback, publicUrl }: OriginRule): boolean {
  if (!isOpenLoopback || host === undefined) return true;
  const name = URL.parse(`http://${host}`)?.hostname ?? '';
  return isLoopbackHost(name) || name === URL.parse(publicUrl)?.hostname;
}

/** Without the port that the protocol has anyway, as a parsed origin is. */
const normalHost = (host: string | undefined, protocol: string): string | undefined =>
  URL.parse(`${protocol}//${host ?? ''}`)?.host;
