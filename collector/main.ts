/** Entry of the collector: read the settings, collect until told to stop. Exit code 2: mend something first; 1: it may pass. */
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { SETTINGS } from '#contract/setting-list.ts';
import { flagOf } from '#contract/settings.ts';
import type { AuditContainer } from './audit/audit.ts';
import type { CheckCollector } from './check/check.ts';
import { createCollector } from './collector.ts';
import { readConfig } from './config.ts';
import { startHeartbeat } from './heartbeat.ts';

const EXIT_MAY_PASS = 1;
const EXIT_MEND_FIRST = 2;
/** An orchestrator waits ten seconds before it kills. */
const SEND_WITHIN_MS = 5_000;
const STOP_WITHIN_MS = 9_000;

/** Flags by setting name. Runs until SIGTERM or SIGINT; answers the exit code. */
export async function runCollector(flags: Partial<Record<string, string | boolean>>): Promise<number> {
  const { config, problems } = readConfig(flags);
  if (problems.length > 0) return complain(problems.map(problem => problem.message));
  const log = pino({ name: 'quaylog-collector', level: config.logLevel }, pino.destination(2));
  const collector = createCollector(config, log);
  const stopped = stopSignal();
  const stopHeartbeat = startHeartbeat(config.data);
  try {
    await Promise.race([collector.start(), stopped]);
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException;
    const exitCode = complain([message]);
    return code === 'ENOSPC' ? EXIT_MAY_PASS : exitCode;
  }
  await stopped;
  setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
  await collector.stop(SEND_WITHIN_MS);
  stopHeartbeat();
  return 0;
}

/** What `quaylog check` asks; loaded only then. */
export const checkCollector = async (...asked: Parameters<CheckCollector>): ReturnType<CheckCollector> =>
  (await import('./check/check.ts')).checkCollector(...asked);

/** What `quaylog audit` asks; loaded only then. */
export const auditContainer = async (...asked: Parameters<AuditContainer>): ReturnType<AuditContainer> =>
  (await import('./audit/audit.ts')).auditContainer(...asked);

function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

function complain(messages: string[]): number {
  for (const message of messages) process.stderr.write(`quaylog collector: ${message}\n`);
  return EXIT_MEND_FIRST;
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
    process.exit(complain([(cause as Error).message]));
  }
}
