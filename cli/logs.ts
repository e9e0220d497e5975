/** `quaylog logs`: what all containers of all hosts wrote, in the terminal. */
import type { Command } from 'commander';
import type { LogRecord } from '#contract/log-record.ts';
import { createApiClient } from './api-client.ts';
import { readIndexerUrl, readToken, wantsColour } from './config.ts';
import { formatRecord } from './format-record.ts';
import { openOutput, type Output } from './output.ts';
import { readForwards, readLast, type RecordRange } from './page-back.ts';
import { toSafeJson } from './terminal-text.ts';
import { parseCount, parseTime } from './time-range.ts';

const DEFAULT_LINES = 100;
/** Without --since the last lines may lie far back: a container that is silent since yesterday is shown too. */
const DEFAULT_AGE = '30d';
const MAX_NAME_WIDTH = 24;

type LogsOptions = {
  follow?: boolean;
  since?: string;
  until?: string;
  lines?: string;
  json?: boolean;
  color: boolean;
  raw?: boolean;
  url?: string;
  token?: string;
};

export function addLogsCommand(program: Command): void {
  program
    .command('logs')
    .description('Print log records, oldest first.')
    .argument('[query...]', 'query, for example: level:error and container:web*')
    .option('-f, --follow', 'go on with what arrives')
    .option('--since <time>', 'from this age (15m, 2h, 3d) or date on; all of it unless -n is given')
    .option('--until <time>', 'up to this age or date')
    .option('-n, --lines <number>', `only the last so many (${DEFAULT_LINES} unless --since is given)`)
    .option('--json', 'one JSON record a line, as the API gives it')
    .option('--no-color', 'plain text; also with NO_COLOR and in a pipe')
    .option('--raw', "keep the containers' own control characters")
    .option('--url <url>', 'the indexer (QUAYLOG_INDEXER_URL, default http://127.0.0.1:8600)')
    .option('--token <token>', 'one that reads, where the indexer asks who you are (QUAYLOG_TOKEN)')
    .action((words: string[], options: LogsOptions) => runLogs(words.join(' '), options));
}

async function runLogs(q: string, options: LogsOptions): Promise<void> {
  const output = openOutput();
  const api = createApiClient({ url: readIndexerUrl(options.url), token: readToken(options.token) });
  const show = createPrinter(output, options);
  const readStored = (from?: Date): AsyncIterable<LogRecord[]> => {
    const range = storedRange(q, options, from);
    const lines = from === undefined ? lineCount(options) : undefined;
    return lines === undefined ? readForwards(api, range) : lastLines(readLast(api, range, lines));
  };
  if (options.follow) {
    const { follow } = await import('./follow.ts');
    const remark = (text: string) => void process.stderr.write(`quaylog: ${text}\n`);
    await follow({
      api,
      topic: 'records',
      q,
      idOf: record => record.event.id,
      show,
      readStored,
      remark,
    });
  }
  for await (const records of readStored()) for (const record of records) await show(record);
}

function storedRange(q: string, options: LogsOptions, from?: Date): RecordRange {
  const since = from?.toISOString() ?? parseTime(options.since ?? DEFAULT_AGE, '--since');
  return {
    q,
    from: since,
    ...(options.until === undefined ? {} : { to: parseTime(options.until, '--until') }),
  };
}

/** Undefined: all of them. */
function lineCount({ lines, since }: LogsOptions): number | undefined {
  if (lines !== undefined) return parseCount(lines, '--lines');
  return since === undefined ? DEFAULT_LINES : undefined;
}

async function* lastLines(records: Promise<LogRecord[]>): AsyncGenerator<LogRecord[]> {
  yield await records;
}

function createPrinter(output: Output, options: LogsOptions): (record: LogRecord) => Promise<void> {
  if (options.json) return record => output.line(toSafeJson(record));
  const colour = options.color && output.isTerminal && wantsColour();
  let nameWidth = 0;
  return record => {
    nameWidth = Math.min(MAX_NAME_WIDTH, Math.max(nameWidth, record.container.name.length));
    return output.line(formatRecord(record, { colour, raw: options.raw ?? false, nameWidth }));
  };
}
