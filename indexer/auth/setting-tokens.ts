/** `QUAYLOG_COLLECTOR_TOKENS`: tokens of collectors from the settings, for compose files. Pure. */

export type SettingToken = { host: string; token: string };

/** Guessing one must be hopeless: 20 characters are 80 bits even in hex. */
const SHORTEST = 20;

/** `host=token, host=token`; or the first mistake, which never repeats a token. */
export function parseSettingTokens(text: string): SettingToken[] | { mistake: string } {
  const parts = text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');
  const tokens: SettingToken[] = [];
  for (const [i, part] of parts.entries()) {
    const split = part.indexOf('=');
    const [host, token] = [part.slice(0, split).trim(), part.slice(split + 1).trim()];
    if (split < 1) return { mistake: `its part ${i + 1} is not host=token` };
    if (token.length < SHORTEST)
      return { mistake: `the token of ${host} has fewer than ${SHORTEST} characters` };
    tokens.push({ host, token });
  }
  return tokens;
}
