/**
 * The reporter of `npm test`: a line per file, failures in full, the slowest tests, and as the very last line
 * `N passed, N failed, N skipped` over everything that ran.
 */
import type { Reporter, SerializedError, TestCase, TestModule, TestRunEndReason, Vitest } from 'vitest/node';

const SLOWEST = 10;
const SLOW_MS = 1_000;

export type Counts = { passed: number; failed: number; skipped: number };

export class PlainSummary implements Reporter {
  readonly #before: Counts;
  #vitest: Vitest | undefined;

  /** `before`: what was counted before the tests (the checks of `npm test`), added to the last line. */
  constructor(before: Counts = { passed: 0, failed: 0, skipped: 0 }) {
    this.#before = before;
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  /** Tests print only figures that they measured: those belong in the output. */
  onUserConsoleLog(log: { content: string }): void {
    process.stdout.write(log.content);
  }

  onTestModuleEnd(module: TestModule): void {
    const tests = [...module.children.allTests()];
    const mark = module.ok() ? 'ok  ' : 'FAIL';
    const ms = Math.round(module.diagnostic().duration);
    console.log(`${mark} ${module.relativeModuleId}  ${tests.length} tests  ${ms} ms`);
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const tests = modules.flatMap(module => [...module.children.allTests()]);
    this.#printFailures(modules, tests, unhandled);
    printSlowest(tests);
    if (reason === 'interrupted') console.log('\nThe run was interrupted.');
    console.log(`\n${sentence(addCounts(this.#before, countTests(modules, tests, unhandled)))}`);
  }

  #printFailures(
    modules: readonly TestModule[],
    tests: readonly TestCase[],
    unhandled: readonly SerializedError[],
  ): void {
    for (const module of modules) {
      this.#printErrors(`FAIL ${module.relativeModuleId}`, module.errors());
      for (const suite of module.children.allSuites())
        this.#printErrors(`FAIL ${module.relativeModuleId} > ${suite.fullName}`, suite.errors());
    }
    for (const test of tests) {
      const { state, errors } = test.result();
      const name = `FAIL ${test.module.relativeModuleId} > ${test.fullName}`;
      if (state === 'failed') this.#printErrors(name, errors);
    }
    this.#printErrors('FAIL outside any test', unhandled);
  }

  #printErrors(title: string, errors: readonly unknown[]): void {
    if (errors.length > 0) console.log(`\n${title}`);
    for (const error of errors) this.#vitest?.logger.printError(error, { showCodeFrame: true });
  }
}

/** A file or suite that cannot be set up and an error outside any test are failures too; a test that never ended is no success. */
function countTests(
  modules: readonly TestModule[],
  tests: readonly TestCase[],
  unhandled: readonly SerializedError[],
): Counts {
  const states = tests.map(test => test.result().state);
  const count = (state: string): number => states.filter(each => each === state).length;
  const parts = modules.flatMap(module => [module, ...module.children.allSuites()]);
  const broken = parts.filter(part => part.errors().length > 0).length;
  return {
    passed: count('passed'),
    failed: count('failed') + count('pending') + broken + unhandled.length,
    skipped: count('skipped'),
  };
}

function printSlowest(tests: readonly TestCase[]): void {
  const slow = tests
    .map(test => ({ test, ms: test.diagnostic()?.duration ?? 0 }))
    .filter(({ ms }) => ms >= SLOW_MS)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, SLOWEST);
  if (slow.length > 0) console.log('\nSlowest tests:');
  for (const { test, ms } of slow) {
    const seconds = (ms / 1_000).toFixed(1).padStart(7);
    console.log(`${seconds} s  ${test.module.relativeModuleId} > ${test.fullName}`);
  }
}

const addCounts = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

const sentence = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
