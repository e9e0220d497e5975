/** `quaylog audit`: whether the store has every line that the engine has of a container, and if not, whether that was told. */
import type { Command } from 'commander';
import type { EngineLog } from '#contract/audit.ts';
import type { EventList } from '#contract/query.ts';
import { MAX_LIMIT } from '#contract/constants.ts';
import { nextStamp } from '#contract/stamp.ts';
import { createApiClient, type ApiClient } from './api-client.ts';
import { CliError, EXIT } from './cli-error.ts';
import { readIndexerUrl, readToken } from './config.ts';
import { compareLogs, keyOfRecord, type Audit, type ToldGap } from './compare-logs.ts';
import { importProgram } from './import-program.ts';
import { openOutput } from './output.ts';
import { readForwards } from './page-back.ts';
import { addSettingFlags, settingFlags } from './setting-flags.ts';
import { cleanText, toSafeJson } from './terminal-text.ts';
import { parseAge } from './time-range.ts';

const DEFAULT_AGE = '24h';

type AuditOptions = Record<string, unknown> & { since?: string; json?: boolean; url?: string };

export function addAuditCommand(program: Command): void {
  const command = program
    .command('audit')
    .description(
      "Read a container's log from this host's engine once more and compare it with the store, line by line.",
    )
    .argument('<container>', 'a name, or the beginning of an id')
    .option('--since <age>', 'how far back, such as 15m, 24h or 7d', DEFAULT_AGE)
    .option('--json', 'the result as JSON')
    .option('--url <url>', 'the indexer (QUAYLOG_INDEXER_URL, default http://127.0.0.1:8600)')
    .addHelpText(
      'after',
      '\nRun it where the collector runs, with the same settings, and a token that reads where the indexer asks for one.\n' +
        'Exit code 0: all is stored, or told as missing; 1: lines are missing that no gap tells of; 2: not asked rightly.',
    );
  addSettingFlags(command, ['collector']).action((container: string, options: AuditOptions) =>
    runAudit(container, options),
  );
}

async function runAudit(container: string, options: AuditOptions): Promise<void> {
  const output = openOutput();
  const flags = settingFlags(options);
  const { auditContainer } = await importProgram('collector');
  const ageMs = parseAge(options.since ?? DEFAULT_AGE, '--since');
  const log = await auditContainer(flags, { container, ageMs });
  if ('problems' in log) throw new CliError(log.problems.join('\n'), EXIT.usage);
  const api = createApiClient({ url: readIndexerUrl(options.url), token: readToken(flags.token) });
  const audit = compareLogs(log, { keys: await storedKeys(api, log), gaps: await toldGaps(api, log) });
  if (options.json === true) await output.line(toSafeJson(audit));
  else for (const line of describeAudit(audit)) await output.line(cleanText(line, false));
  if (audit.untold > 0) process.exit(EXIT.failed);
}

async function storedKeys(api: ApiClient, { container, from, to }: EngineLog): Promise<Map<string, string>> {
  const keys = new Map<string, string>();
  const range = { q: `container.id:"${container.id}"`, from, to: nextStamp(to) };
  for await (const page of readForwards(api, range))
    for (const record of page) keys.set(keyOfRecord(record), record['@timestamp']);
  return keys;
}

/** A gap is found by its end, which may lie behind the range. */
async function toldGaps(api: ApiClient, { container, from }: EngineLog): Promise<ToldGap[]> {
  const params = { container: container.id, action: 'log-gap', from, limit: MAX_LIMIT };
  const { events } = await api.get<EventList>('/api/v1/events', params);
  return events.map(({ gap }) => gap).filter(gap => gap !== undefined);
}

function describeAudit(audit: Audit): string[] {
  const { container, from, to, read, stored, missing, untold, extra, gaps } = audit;
  return [
    `${container.name}: ${read} records in the engine's log from ${from} to ${to}, ${stored} of them stored`,
    ...missing.map(
      ({ stamp, gap }) =>
        `  missing: ${stamp}${gap === undefined ? ', and no gap tells of it' : `, told: ${gap}`}`,
    ),
    ...(audit.missingCount > missing.length ? [`  and ${audit.missingCount - missing.length} more`] : []),
    ...(gaps.length === 0
      ? []
      : [
          `${gaps.length} gaps told: ${gaps.map(gap => `${gap.from} – ${gap.to} (${gap.reason})`).join('; ')}`,
        ]),
    ...(extra.rotated === 0
      ? []
      : [`${extra.rotated} records only in the store: the engine has rotated them away since`]),
    ...(extra.other === 0
      ? []
      : [`${extra.other} records only in the store: parts of records that were let out line by line`]),
    untold === 0
      ? 'Nothing is missing that was not told.'
      : `${untold} records are missing, and nobody was told.`,
  ];
}
