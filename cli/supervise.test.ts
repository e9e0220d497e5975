import { expect, test } from 'vitest';
import { restartDelay, supervise, type ChildProgram } from './supervise.ts';

const program = (script: string, onOutput: (chunk: Buffer) => void): ChildProgram => ({
  name: 'indexer',
  command: process.execPath,
  args: ['-e', script],
  env: {},
  onOutput,
});

function withGate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>(resolve => (open = resolve));
  return { opened, open: () => open() };
}

test('waits longer after each quick death, up to ten seconds', () =>
  expect([1, 2, 3, 20].map(restartDelay)).toEqual([250, 500, 1_000, 10_000]));

test('starts a child again that died, until stopped', async () => {
  const started = withGate();
  const remarks: string[] = [];
  let starts = 0;
  const child = supervise(
    program('console.error("up"); process.exitCode = 1', () => {
      starts += 1;
      if (starts === 2) started.open();
    }),
    text => remarks.push(text),
  );
  await started.opened;
  await child.stop();
  expect(remarks[0]).toContain('the indexer ended (exit code 1)');
});

test('does not start a child again that says its settings are wrong', async () => {
  const remarks: string[] = [];
  const child = supervise(
    program('process.exit(2)', () => undefined),
    text => remarks.push(text),
  );
  expect(await child.gaveUp).toBe(2);
  expect(remarks).toEqual([]);
});
