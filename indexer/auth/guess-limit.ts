/** How often one address may guess the password. Pure but for the time it is given. */
import ipaddr from 'ipaddr.js';

const GUESSES = 10;
const WINDOW_MS = 15 * 60_000;
/** More addresses than this at once are an attack: then the longest known are forgotten first. */
const MAX_ADDRESSES = 10_000;

export type GuessLimit = {
  /** Milliseconds to wait before the next guess; 0: go ahead, and it counts from now on. */
  admit: (address: string) => number;
  /** It was right: that one does not count. */
  forgive: (address: string) => void;
};

/** At most 10 guesses of an address are admitted within any 15 minutes, right ones aside. */
export function createGuessLimit(nowMs: () => number): GuessLimit {
  const guesses = new Map<string, number[]>();
  return {
    admit(address) {
      const key = networkOf(address);
      const now = nowMs();
      const recent = (guesses.get(key) ?? []).filter(at => now - at < WINDOW_MS);
      const [oldest] = recent;
      if (oldest !== undefined && recent.length >= GUESSES) return oldest + WINDOW_MS - now;
      guesses.delete(key);
      guesses.set(key, [...recent, now]);
      for (const other of guesses.keys()) {
        if (guesses.size <= MAX_ADDRESSES) break;
        guesses.delete(other);
      }
      return 0;
    },
    forgive(address) {
      guesses.get(networkOf(address))?.pop();
    },
  };
}

/** A whole /64 is one address: whoever has one of IPv6 has them all. */
function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : (parsed as ipaddr.IPv6).parts.slice(0, 4).join(':');
}
