/** `quaylog events`: the life-cycle of all containers, with why each died. */
import type { Command } from 'commander';
import { MAX_LIMIT } from '#contract/constants.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { EventList } from '#contract/query.ts';
import { createApiClient } from './api-client.ts';
import { readIndexerUrl, readToken, wantsColour } from './config.ts';
import { formatEvent } from './format-event.ts';
import { openOutput, type Output } from './output.ts';
import { toSafeJson } from './terminal-text.ts';
import { parseTime } from './time-range.ts';

const NAME_WIDTH = 20;

type EventsOptions = {
  follow?: boolean;
  since: string;
  container?: string;
  json?: boolean;
  color: boolean;
  url?: string;
  token?: string;
};

export function addEventsCommand(program: Command): void {
  program
    .command('events')
    .description(`Print container events, oldest first (the newest ${MAX_LIMIT} of the range).`)
    .option('-f, --follow', 'go on with what happens')
    .option('--since <time>', 'from this age (15m, 2h, 3d) or date on', '1h')
    .option('--container <name>', 'only this container: a name, or the beginning of an id')
    .option('--json', 'one JSON event a line, as the API gives it')
    .option('--no-color', 'plain text; also with NO_COLOR and in a pipe')
    .option('--url <url>', 'the indexer (QUAYLOG_INDEXER_URL, default http://127.0.0.1:8600)')
    .option('--token <token>', 'one that reads, where the indexer asks who you are (QUAYLOG_TOKEN)')
    .action((options: EventsOptions) => runEvents(options));
}

async function runEvents(options: EventsOptions): Promise<void> {
  const output = openOutput();
  const api = createApiClient({ url: readIndexerUrl(options.url), token: readToken(options.token) });
  const show = createPrinter(output, options);
  async function* readStored(from?: Date): AsyncGenerator<ContainerEvent[]> {
    const since = from?.toISOString() ?? parseTime(options.since, '--since');
    const params = { from: since, container: options.container, limit: MAX_LIMIT };
    const { events } = await api.get<EventList>('/api/v1/events', params);
    yield events.toReversed();
  }
  if (options.follow) {
    const { follow } = await import('./follow.ts');
    const remark = (text: string) => void process.stderr.write(`quaylog: ${text}\n`);
    const q = options.container === undefined ? '' : `container:${JSON.stringify(options.container)}`;
    await follow({
      api,
      topic: 'events',
      q,
      idOf: event => event.event.id,
      show,
      readStored,
      remark,
    });
  }
  for await (const events of readStored()) for (const event of events) await show(event);
}

function createPrinter(output: Output, options: EventsOptions): (event: ContainerEvent) => Promise<void> {
  if (options.json) return event => output.line(toSafeJson(event));
  const colour = options.color && output.isTerminal && wantsColour();
  return event => output.line(formatEvent(event, { colour, raw: false, nameWidth: NAME_WIDTH }));
}
