const STRIPES = 8;

/** The muted colour of a container: always the same for a name, from a palette that means nothing else. */
export function stripeOf(name: string): string {
  let hash = 0;
  for (let i = 0; i < name.length; i += 1) hash = (hash * 31 + name.charCodeAt(i)) | 0;
  return `var(--stripe-${Math.abs(hash) % STRIPES})`;
}
