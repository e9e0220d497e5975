import { CliError, EXIT } from './cli-error.ts';

const AGE = /^\d+(?:ms|s|m|h|d|w)$/;

/** `15m`, `2026-11-22`, `2026-11-22T10:00:00Z` or date math as the API takes it (`now-15m`). */
export function parseTime(text: string, flag: string): string {
  if (AGE.test(text)) return `now-${text}`;
  if (text.startsWith('now') || !Number.isNaN(Date.parse(text))) return text;
  throw new CliError(
    `${flag} ${text} is not a time: write an age such as 15m or 2h, or a date such as 2026-11-22T10:00:00Z`,
    EXIT.usage,
  );
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8 };

/** `15m` in milliseconds. */
export function parseAge(text: string, flag: string): number {
  const [, count, unit] = /^(\d{1,6})(ms|s|m|h|d|w)$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit ?? ''];
  if (unitMs === undefined)
    throw new CliError(`${flag} ${text} is not an age such as 15m, 24h or 7d`, EXIT.usage);
  return Number(count) * unitMs;
}

/** `3d` ago, or a date, in ms since the epoch. */
export function parseMoment(text: string, flag: string): number {
  if (AGE.test(text)) return Date.now() - parseAge(text, flag);
  const moment = Date.parse(text);
  if (!Number.isNaN(moment)) return moment;
  throw new CliError(
    `${flag} ${text} is not a time: write an age such as 2h or 3d, or a date such as 2026-11-22`,
    EXIT.usage,
  );
}

export function parseCount(text: string, flag: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CliError(`${flag} ${text} is not a whole number`, EXIT.usage);
}
