/** One reading of a container's resources. */
import { Type, type Static } from 'typebox';
import { Stamp } from './schema.ts';

/**
 * `cpuPercent`: per-core percent, 100 = one core. Memory without the inactive page cache, as `docker stats` shows it;
 * `memoryLimitBytes` is null without a limit. Network and block counters are totals since the container started.
 */
export const Reading = Type.Object({
  cpuPercent: Type.Number(),
  memoryBytes: Type.Number(),
  memoryLimitBytes: Type.Union([Type.Number(), Type.Null()]),
  networkRxBytes: Type.Number(),
  networkTxBytes: Type.Number(),
  blockReadBytes: Type.Number(),
  blockWriteBytes: Type.Number(),
  pids: Type.Number(),
});
export type Reading = Static<typeof Reading>;

export const MetricSample = Type.Intersect([
  Type.Object({
    '@timestamp': Stamp,
    container: Type.Object({ id: Type.String(), name: Type.String() }),
    host: Type.Object({ id: Type.String(), name: Type.String() }),
  }),
  Reading,
]);
export type MetricSample = Static<typeof MetricSample>;
