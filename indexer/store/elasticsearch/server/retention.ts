/** Days end as whole indices. */
import type { Client } from '@elastic/elasticsearch';

const DAY_MS = 86_400_000;
const DAILY = /^(logs|events|samples)-(\d{4})\.(\d\d)\.(\d\d)$/;

/** Of these indices, our daily ones whose day ended longer ago than `ageMs`. */
export function expiredIndices(
  names: readonly string[],
  { prefix, ageMs, now }: { prefix: string; ageMs: number; now: Date },
): string[] {
  return names.filter(name => {
    if (!name.startsWith(`${prefix}-`)) return false;
    const [, , year, month, day] = DAILY.exec(name.slice(prefix.length + 1)) ?? [];
    const endsAt = Date.UTC(Number(year), Number(month) - 1, Number(day)) + DAY_MS;
    return endsAt <= now.getTime() - ageMs;
  });
}

/** Deletes them, and answers their names. Several indexers may do so at once. Rejects with the client's error. */
export async function dropExpired(
  client: Client,
  { prefix, ageMs, now }: { prefix: string; ageMs: number; now: Date },
): Promise<string[]> {
  const path = `/${prefix}-*/_settings/index.creation_date`;
  const indices = await client.transport.request<Record<string, unknown>>({ method: 'GET', path });
  const expired = expiredIndices(Object.keys(indices), { prefix, ageMs, now });
  // One at a time: a list of names is only so long as a path may be.
  for (const name of expired)
    await client.transport.request({ method: 'DELETE', path: `/${name}` }, { ignore: [404] });
  return expired;
}
