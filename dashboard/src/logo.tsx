/** Three stacked containers on a quay, one of them in trouble. */
export function Logo({ size = 18 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d="M2 3h7v3H2zM2 6.7h12v3H2zM2 10.4h9v3H2z" fill="var(--accent)" />
      <path d="M2 6.7h2.5v3H2z" fill="var(--error)" />
    </svg>
  );
}
