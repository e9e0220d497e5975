/**
 * `quaylog audit`: the log of one container as the engine has it now, read once more from the API without following, and made into
 * records in the same way as when it is collected, so that they can be compared with those in the store.
 */
import type { AuditedRecord, AuditRefusal, EngineLog } from '#contract/audit.ts';
import { shiftStamp, stampOf } from '#contract/stamp.ts';
import { findContainers } from '../check/check-container.ts';
import { lookAtContainers, type SeenContainer } from '../check/check-containers.ts';
import { askEngine, type AskedEngine } from '../check/check-engine.ts';
import { readConfig, type CollectorConfig } from '../config.ts';
import { EngineError } from '../engine/engine-error.ts';
import type { Line } from '../engine/lines.ts';
import { createApiSource } from '../source/api-source.ts';
import { LogReading } from '../watch/log-reading.ts';

/** Newer lines may still be on their way to the store. */
const SETTLED_AFTER_MS = 5_000;
/** A line of a stack trace belongs to a record that may have begun so much earlier. */
const OVERLAP_MS = 10_000;
/** Some 150 bytes of memory each. */
const MAX_RECORDS = 5_000_000;

export type AuditRequest = { container: string; ageMs: number };

/** Flags by setting name. `container`: a name, or the beginning of an id. */
export async function auditContainer(
  flags: Partial<Record<string, string | boolean>>,
  { container, ageMs }: AuditRequest,
): Promise<EngineLog | AuditRefusal> {
  const { config, problems } = readConfig(flags);
  if (problems.length > 0) return { problems: problems.map(({ message }) => message) };
  const asked = await askEngine(config);
  if ('finding' in asked) return { problems: [asked.finding.text] };
  const found = findContainers(await lookAtContainers(asked, config), container);
  const [seen] = found;
  if (seen === undefined) return { problems: [`the engine has no container ${container}`] };
  if (found.length > 1)
    return {
      problems: [
        `${container} is several containers: ${found.map(({ details }) => details.name).join(', ')}`,
      ],
    };
  if (!seen.plan.collected)
    return { problems: [`${seen.details.name} is not collected: ${seen.plan.reason}`] };
  return readLog(seen, asked, { config, ageMs });
}

export type AuditContainer = typeof auditContainer;

async function readLog(
  { details, plan: { treatment } }: SeenContainer,
  { engine }: AskedEngine,
  { config: { maxLineBytes }, ageMs }: { config: CollectorConfig; ageMs: number },
): Promise<EngineLog | AuditRefusal> {
  const now = Date.now();
  const [from, to] = [stampOf(now - ageMs), stampOf(now - SETTLED_AFTER_MS)];
  const source = createApiSource(engine, details, { reason: '' });
  const reading = new LogReading({ joiner: source.joiner({ maxLineBytes }), cursor: null, treatment });
  const records: AuditedRecord[] = [];
  const take = (lines: Line[]): void => {
    for (const line of lines) {
      const { stamp, stream, ordinal } = line;
      if (stamp < from || stamp > to || (treatment.sift !== undefined && treatment.sift(line) === null))
        continue;
      records.push({ stream: stream === 1 ? 'stdout' : 'stderr', stamp, ordinal });
    }
    if (records.length > MAX_RECORDS)
      throw new EngineError('refused', `more than ${MAX_RECORDS} lines: choose a shorter --since`);
  };
  const never = new AbortController().signal;
  const onBytes = (bytes: Buffer) => {
    take(reading.take(bytes));
    return undefined;
  };
  try {
    await source.read({
      since: shiftStamp(from, -OVERLAP_MS),
      follow: false,
      signal: never,
      stopped: never,
      onBytes,
      onGap: () => undefined,
    });
  } catch (cause) {
    if (cause instanceof EngineError) return { problems: [cause.message] };
    throw cause;
  }
  take(details.running ? reading.release() : reading.finish());
  if (reading.broken !== null) return { problems: [`the engine cannot read this log: ${reading.broken}`] };
  return {
    container: { id: details.id, name: details.name },
    from,
    to,
    oldest: reading.first?.stamp ?? null,
    records,
  };
}
