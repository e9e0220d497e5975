import { defineConfig } from 'vitest/config';
import { PlainSummary } from './test/support/plain-summary.ts';

/** Files that start a real Docker engine: one at a time, because on two cores several engines only slow each other down. */
const REAL_ENGINE = [
  'test/e2e/**/*.test.ts',
  'test/contract/{podman,*engine*}.test.ts',
  'deploy/*engine*.test.ts',
];

export default defineConfig({
  test: {
    reporters: [new PlainSummary()],
    // A process of its own for each file: an engine that a test forgot ends with the process that started it.
    pool: 'forks',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{collector,indexer,dashboard,cli,deploy}/**/*.test.{ts,tsx}'],
          exclude: REAL_ENGINE,
        },
      },
      { test: { name: 'contract', include: ['test/{contract,support}/**/*.test.ts'], exclude: REAL_ENGINE } },
      {
        test: {
          name: 'e2e',
          include: REAL_ENGINE,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
