import type { Stack } from './stack.ts';

/** The value of a metric on `/metrics`, summed over its labels; 0 when it has none yet. */
export async function readMetric({ url }: Pick<Stack, 'url'>, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'));
  return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
}
