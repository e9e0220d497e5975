/** `quaylog up`: an indexer and a collector for this machine's engine, kept running, until Ctrl-C. */
import { randomBytes } from 'node:crypto';
import type { ClientRequest } from 'node:http';
import type { Command } from 'commander';
import type PinoPretty from 'pino-pretty';
import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '#contract/settings.ts';
import { CliError } from './cli-error.ts';
import { childEnvironment, readConfig, wantsColour, type Flags } from './config.ts';
import { endWithParent } from './end-with-parent.ts';
import { findEngineTrouble, findPortTrouble } from './preflight.ts';
import { addSettingFlags, settingFlags } from './setting-flags.ts';
import { supervise, type ChildProgram, type Supervised } from './supervise.ts';

const POLL_MS = 100;

export function addUpCommand(program: Command): void {
  const command = program
    .command('up')
    .description('Run everything for this machine: an indexer with its dashboard, and a collector.');
  addSettingFlags(command, ['indexer', 'collector']).action((options: Record<string, unknown>) =>
    runUp(settingFlags(options)),
  );
}

async function runUp(flags: Flags): Promise<void> {
  endWithParent();
  const config = readConfig(flags);
  const { listen, dockerHost } = config;
  const trouble = (await findEngineTrouble(dockerHost)) ?? (await findPortTrouble(listen));
  if (trouble !== null) throw new CliError(trouble);
  const url = localUrl(config);
  const env = childEnvironment({ ...flags, indexerUrl: flags.indexerUrl ?? url, ...ownToken(config) });
  // Loaded only here: every other command starts without it.
  const pretty = process.stderr.isTTY ? (await import('pino-pretty')).default : undefined;
  const children: Supervised[] = [];
  const stop = stopSignal();
  const start = (name: 'indexer' | 'collector'): Promise<number> => {
    const child = supervise(childProgram(name, env, pretty), remark);
    children.push(child);
    return child.gaveUp;
  };

  const indexer = start('indexer');
  const running = (async () => {
    await untilOk(`${url}/healthz`);
    const collector = start('collector');
    untilOk(`${url}/readyz`, '"collecting":true').then(
      () => process.stdout.write(`Quaylog is ready: ${url}\n`),
      ignore,
    );
    return collector;
  })();
  const exitCode = await Promise.race([stop, indexer, running]);
  // The collector first: what it has read is then still taken and acknowledged.
  for (const child of children.reverse()) await child.stop();
  process.exit(exitCode);
}

/** The second signal does not wait any longer. */
function stopSignal(): Promise<number> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve(0);
      });
    }
  });
}

/** V8 would let it grow to 128 MB under load; its limit is the half of what it takes, in MB. */
const YOUNG_GARBAGE = '--max-semi-space-size=16';

function childProgram(
  name: 'indexer' | 'collector',
  env: NodeJS.ProcessEnv,
  pretty: typeof PinoPretty | undefined,
): ChildProgram {
  const args = [...process.execArgv, YOUNG_GARBAGE, process.argv[1] ?? '', name];
  const readable = pretty?.({
    destination: 2,
    sync: true,
    colorize: wantsColour(),
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return {
    name,
    command: process.execPath,
    args,
    env,
    ...(readable ? { onOutput: chunk => void readable.write(chunk) } : {}),
  };
}

/**
 * Where people sign in, our own collector shows a token that only these two processes know: new at every start, of
 * whichever host it turns out to be. One that the operator gave it is used instead.
 */
function ownToken({ password, token, collectorTokens }: Settings): Flags {
  if (password === '' || token !== '') return {};
  const own = randomBytes(32).toString('hex');
  return { token: own, collectorTokens: [collectorTokens, `*=${own}`].filter(part => part !== '').join() };
}

/** `says`: what the answer must have in it. */
async function untilOk(url: string, says = ''): Promise<void> {
  while (!(await isOk(url, says))) await delay(POLL_MS);
}

/** Nothing is told to the child but its own path, so that its certificate, of whatever name, need not be checked. */
function isOk(url: string, says: string): Promise<boolean> {
  // Not by `import`: that of node:http loads all of undici, in every program that this command starts.
  const { get } = process.getBuiltinModule(url.startsWith('https:') ? 'node:https' : 'node:http');
  return new Promise(done => {
    const options = { timeout: 2_000, rejectUnauthorized: false, agent: false as const };
    get(url, options, response => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => done(response.statusCode === 200 && text.includes(says)));
    })
      .once('error', () => done(false))
      .once('timeout', function (this: ClientRequest) {
        this.destroy();
        done(false);
      });
  });
}

/** Where we and the browser of this machine reach an address that may say "all interfaces". */
function localUrl({ listen, tlsCert }: Pick<Settings, 'listen' | 'tlsCert'>): string {
  const address = listen.replace(/^(?:0\.0\.0\.0|\[::\])(?=:\d+$)/, '127.0.0.1');
  return `${tlsCert === '' ? 'http' : 'https'}://${address}`;
}

const remark = (text: string): void => void process.stderr.write(`quaylog: ${text}\n`);
const ignore = (): void => undefined;
