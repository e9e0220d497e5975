/** `quaylog collector`: reads the settings, collects until it is told to stop. */
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { flagOf, SETTINGS } from '#contract/settings.ts';
import { createCollector } from './collector.ts';
import { readConfig } from './config.ts';

/** An orchestrator waits ten seconds before it kills. */
const STOP_WITHIN_MS = 6_000;

/** Flags by setting name. Resolves with the exit code once stopped by SIGTERM or SIGINT, or when it cannot start. */
export async function runCollector(flags: Partial<Record<string, string | boolean>>): Promise<number> {
  const { config, problems } = readConfig(flags);
  if (problems.length > 0) return fail(problems.map(problem => problem.message).join('; '));
  const log = pino({ level: config.logLevel, base: { program: 'collector' } }, pino.destination(2));
  const collector = createCollector(config, log);
  const stopped = new Promise<void>(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  try {
    await Promise.race([collector.start(), stopped]);
  } catch (cause) {
    return fail((cause as Error).message);
  }
  await stopped;
  await collector.stop(STOP_WITHIN_MS);
  return 0;
}

function fail(message: string): number {
  process.stderr.write(`quaylog collector: ${message}\n`);
  return 1;
}

function parseFlags(args: string[]): Record<string, string> {
  const names = new Map(Object.keys(SETTINGS).map(name => [flagOf(name), name]));
  const options = Object.fromEntries([...names.keys()].map(flag => [flag, { type: 'string' as const }]));
  const values = parseArgs({ args, options }).values as Record<string, string>;
  return Object.fromEntries(Object.entries(values).map(([flag, value]) => [names.get(flag) ?? flag, value]));
}

if (import.meta.main) {
  try {
    process.exit(await runCollector(parseFlags(process.argv.slice(2))));
  } catch (cause) {
    process.exit(fail((cause as Error).message));
  }
}
