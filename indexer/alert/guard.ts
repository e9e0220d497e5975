/**
 * Webhooks may not be turned against the networks behind us (SSRF). The check stands where the connection is made: every
 * address a name resolves to is judged, and the connection goes to the address that was judged, so a name that changes its
 * answer gains nothing. Only public unicast addresses pass; an allow-list of CIDRs opens private ones; the metadata
 * services of clouds stay shut whatever is allowed.
 */
import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector } from 'undici';
import { QuaylogError } from '#contract/quaylog-error.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = [Address, number];
type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export type Verdict = { isAllowed: true } | { isAllowed: false; reason: string };

/** Thrown while connecting; nothing was sent. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
}

const CONNECT_TIMEOUT_MS = 10_000;

/** AWS, GCP, Azure and others; AWS over IPv6; GCP over IPv6; Alibaba; Azure's wire server; Oracle. */
const METADATA = new Set(
  ['169.254.169.254', 'fd00:ec2::254', 'fd20:ce::254', '100.100.100.200', '168.63.129.16', '192.0.0.192'].map(
    text => ipaddr.parse(text).toString(),
  ),
);

/** IPv6 is handed out from here; anything else is not public, or carries an IPv4 address inside. */
const GLOBAL_IPV6: Cidr = ipaddr.parseCIDR('2000::/3');

export type Guard = {
  judge: (address: string) => Verdict;
  /** Connects only to addresses that `judge` allows. Close it when done. */
  createAgent: () => Agent;
};

/** Throws `bad_parameter` that names the CIDR which is none. */
export function createGuard(allow: readonly string[], resolveName: Resolve = resolve): Guard {
  const allowed = allow.map(parseCidr);
  const judge = (address: string): Verdict => judgeAddress(address, allowed);

  function lookup(
    host: string,
    options: LookupOptions,
    done: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
  ): void {
    resolveName(host, { ...options, all: true }, (error, addresses) => {
      if (error) {
        done(error, []);
        return;
      }
      const passed = addresses.filter(({ address }) => judge(address).isAllowed);
      const [first] = passed;
      if (!first) done(refusal(host, judge(addresses[0]?.address ?? '')), []);
      else if (options.all) done(null, passed);
      else done(null, first.address, first.family);
    });
  }

  return {
    judge,
    createAgent() {
      const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: lookup });
      return new Agent({
        connect(options, done) {
          const host = options.hostname.replace(/^\[|\]$/g, '');
          const verdict: Verdict = ipaddr.isValid(host) ? judge(host) : { isAllowed: true };
          if (verdict.isAllowed) connect(options, done);
          else done(refusal(host, verdict), null);
        },
      });
    },
  };
}

function judgeAddress(text: string, allowed: readonly Cidr[]): Verdict {
  if (!ipaddr.isValid(text)) return no('not an IP address');
  const address = ipaddr.process(text);
  const inside = embeddedIPv4(address);
  if (METADATA.has(address.toString()) || (inside && METADATA.has(inside.toString()))) {
    return no('the metadata service of a cloud');
  }
  if (allowed.some(cidr => isIn(address, cidr))) return { isAllowed: true };
  const range = address.range();
  if (range !== 'unicast') return no(IN_WORDS[range] ?? range);
  if (address.kind() === 'ipv6' && !isIn(address, GLOBAL_IPV6)) return no('not a public address');
  return { isAllowed: true };
}

const no = (reason: string): Verdict => ({ isAllowed: false, reason });

const IN_WORDS: Record<string, string> = {
  loopback: 'this machine itself',
  private: 'a private network',
  uniqueLocal: 'a private network',
  linkLocal: 'the local link',
  carrierGradeNat: 'a carrier’s private network',
  unspecified: 'no address at all',
};

function refusal(host: string, verdict: Verdict): RefusedAddress {
  const why = verdict.isAllowed ? 'refused' : verdict.reason;
  return new RefusedAddress(`${host} is ${why}; QUAYLOG_WEBHOOK_ALLOW can allow its address`);
}

function isIn(address: Address, [network, bits]: Cidr): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

/** The IPv4 address that NAT64, 6to4 and the old mapped forms carry: an allowed IPv6 range may not lead to it. */
function embeddedIPv4(address: Address): ipaddr.IPv4 | null {
  if (!(address instanceof ipaddr.IPv6)) return null;
  const bytes = address.toByteArray();
  const from = address.range() === '6to4' ? 2 : 12;
  return new ipaddr.IPv4(bytes.slice(from, from + 4));
}

function parseCidr(text: string): Cidr {
  try {
    return ipaddr.isValid(text) ? wholeAddress(text) : ipaddr.parseCIDR(text);
  } catch (cause) {
    throw new QuaylogError(
      'bad_parameter',
      `QUAYLOG_WEBHOOK_ALLOW: \`${text.slice(0, 60)}\` is not a CIDR such as 10.0.0.0/8.`,
      { cause },
    );
  }
}

function wholeAddress(text: string): Cidr {
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
