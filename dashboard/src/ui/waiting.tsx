import { ErrorPanel } from './error-panel.tsx';
import { Skeleton } from './progress.tsx';

type WaitingProps = {
  /** What could not be loaded: `The alerts`. */
  what: string;
  query: { error: Error | null; refetch: () => unknown };
  lines: number;
};

/** In the place of an answer that is not there: on its way, or why it did not come. */
export function Waiting({ what, query, lines }: WaitingProps) {
  if (query.error === null) return <Skeleton lines={lines} />;
  return (
    <ErrorPanel
      title={`${what} could not be loaded`}
      error={query.error}
      onRetry={() => void query.refetch()}
    />
  );
}
