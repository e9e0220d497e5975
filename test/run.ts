/**
 * `npm test`: the checks of the house, then every test. With arguments (files, `-t name` …) only what they name, without
 * the checks. The last line is always the count.
 */
import { parseCLI, startVitest } from 'vitest/node';
import { runChecks } from './check.ts';
import { PlainSummary, type Counts } from './support/plain-summary.ts';

const args = process.argv.slice(2);
const { filter, options } = parseCLI(['vitest', 'run', ...args]);
const checks: Counts = args.length === 0 ? await runChecks() : { passed: 0, failed: 0, skipped: 0 };
const vitest = await startVitest(filter, { ...options, reporters: [new PlainSummary(checks)] });
await vitest.close();
if (checks.failed > 0) process.exitCode = 1;
