/** The Docker engine behind the `Engine` port. docker-modem only dials; decoding is ours. */
import type { IncomingMessage } from 'node:http';
import Modem from 'docker-modem';
import { parseEngineAddress } from './engine-address.ts';
import { errorOfConnection, errorOfStatus, EngineError } from './engine-error.ts';
import { parseEngineEvent } from './engine-events.ts';
import { ENGINE_METHOD, enginePath, type EnginePath } from './engine-path.ts';
import type {
  ContainerDetails,
  Engine,
  EngineFacts,
  EventRead,
  ListedContainer,
  LogRead,
  StatsReading,
} from './engine.ts';
import { toContainerDetails, type InspectAnswer } from './inspected.ts';
import { readRaw } from './log-socket.ts';
import { sinceOfStamp } from './stamp.ts';
import { toStatsReading, type StatsAnswer } from './stats-reading.ts';

/** The newest API this was written against; an older engine's own is used, down to its minimum. */
const OUR_API_VERSION = '1.47';
/** From here on `one-shot` spares the engine its two-second wait. */
const ONE_SHOT_API_VERSION = '1.41';
const ANSWER_WITHIN_MS = 30_000;
const MAX_EVENT_CHARS = 1024 * 1024;

/** Throws `EngineError` `bad_address` when `dockerHost` is no address; nothing is dialed yet. */
export const createDockerEngine = (dockerHost: string): Engine => new DockerEngine(dockerHost);

class DockerEngine implements Engine {
  private readonly dockerHost: string;
  private readonly dial: Dial;
  private facts: EngineFacts | null = null;

  constructor(dockerHost: string) {
    this.dockerHost = dockerHost;
    this.dial = createDial(dockerHost);
  }

  async describe(): Promise<EngineFacts> {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const version = (await this.dial(enginePath('/version', { apiVersion: null }), signal)) as VersionAnswer;
    const apiVersion = agreeOnVersion(version.ApiVersion, version.MinAPIVersion);
    const info = (await this.dial(enginePath('/info', { apiVersion }), signal)) as InfoAnswer;
    this.facts = {
      id: info.ID ?? '',
      name: info.Name ?? '',
      version: version.Version ?? '',
      apiVersion,
      cpus: info.NCPU ?? 0,
      memoryBytes: info.MemTotal ?? 0,
    };
    return this.facts;
  }

  async list(): Promise<ListedContainer[]> {
    const answer = (await this.ask('/containers/json', { query: { all: '1' } })) as ListAnswer;
    return answer.map(({ Id, State }) => ({ id: Id, running: State === 'running' || State === 'paused' }));
  }

  async inspect(id: string): Promise<ContainerDetails> {
    return toContainerDetails((await this.ask('/containers/{id}/json', { id })) as InspectAnswer);
  }

  async readLogs(id: string, { since, follow, signal, onBytes }: LogRead): Promise<void> {
    const { apiVersion } = this.facts ?? (await this.describe());
    const query = {
      stdout: '1',
      stderr: '1',
      timestamps: '1',
      ...(follow ? { follow: '1' } : {}),
      ...(since === null ? {} : { since: sinceOfStamp(since) }),
    };
    const path = enginePath('/containers/{id}/logs', { apiVersion, id, query });
    const address = parseEngineAddress(this.dockerHost);
    await readRaw({ address, path, signal, onBytes }).catch((cause: unknown) => {
      throw errorOfConnection(cause, this.dockerHost);
    });
  }

  async readEvents(read: EventRead): Promise<void> {
    const { apiVersion } = this.facts ?? (await this.describe());
    const path = enginePath('/events', { apiVersion, query: eventQuery(read.since) });
    const stream = (await this.dial(path, read.signal, true)) as IncomingMessage;
    read.onOpen();
    await forwardEvents(stream, read).catch((cause: unknown) => {
      if (!read.signal.aborted) throw errorOfConnection(cause, this.dockerHost);
    });
  }

  async readStats(id: string): Promise<StatsReading | null> {
    const { apiVersion, memoryBytes } = this.facts ?? (await this.describe());
    const oneShot = compareVersions(apiVersion, ONE_SHOT_API_VERSION) >= 0 ? { 'one-shot': '1' } : {};
    const answer = await this.ask('/containers/{id}/stats', { id, query: { stream: '0', ...oneShot } });
    return toStatsReading(answer as StatsAnswer, memoryBytes);
  }

  private async ask(path: EnginePath, request: { id?: string; query?: Record<string, string> }) {
    const { apiVersion } = this.facts ?? (await this.describe());
    return this.dial(enginePath(path, { apiVersion, ...request }), AbortSignal.timeout(ANSWER_WITHIN_MS));
  }
}

type VersionAnswer = { Version?: string; ApiVersion?: string; MinAPIVersion?: string };
type InfoAnswer = { ID?: string; Name?: string; NCPU?: number; MemTotal?: number };
type ListAnswer = { Id: string; State?: string }[];

type DialOptions = {
  path: string;
  method: string;
  isStream: boolean;
  abortSignal: AbortSignal;
  statusCodes: Record<number, true>;
};
type DialFailure = Error & { statusCode?: number; json?: unknown };
type Dialer = {
  dial(options: DialOptions, done: (failure: DialFailure | null, answer: unknown) => void): void;
};

type Dial = (path: string, signal: AbortSignal, isStream?: boolean) => Promise<unknown>;

/** The one place where docker-modem is used. Its defaults come from the environment, so each is given. */
function createDial(dockerHost: string): Dial {
  const address = parseEngineAddress(dockerHost);
  const target = { socketPath: undefined, host: undefined, port: undefined, protocol: 'http', ...address };
  const modem = new Modem(target as ConstructorParameters<typeof Modem>[0]) as unknown as Dialer;
  return (path, signal, isStream = false) =>
    new Promise((resolve, reject) => {
      const options = {
        // It cuts the last character off a path that has a query.
        path: path.includes('?') ? `${path}&` : path,
        method: ENGINE_METHOD,
        isStream,
        abortSignal: signal,
        statusCodes: { 200: true } as const,
      };
      modem.dial(options, (failure, answer) => {
        if (failure === null) resolve(answer);
        else if (failure.statusCode === undefined) reject(errorOfConnection(failure, dockerHost));
        else reject(errorOfStatus(failure.statusCode, messageOf(failure)));
      });
    });
}

const messageOf = (failure: DialFailure): string =>
  (failure.json as { message?: string } | null | undefined)?.message ?? failure.message;

/** The lower of ours and the engine's, but never below the engine's minimum (Docker 29 refuses what is older than 1.44). */
export function agreeOnVersion(newest = OUR_API_VERSION, oldest = '1.12'): string {
  const agreed = compareVersions(newest, OUR_API_VERSION) < 0 ? newest : OUR_API_VERSION;
  return compareVersions(agreed, oldest) < 0 ? oldest : agreed;
}

function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

/** Filtered by the engine, to spare its queue: health checks alone make three exec events each. */
const EVENT_ACTIONS = [
  'create', 'start', 'restart', 'stop', 'kill', 'die', 'oom', 'destroy', 'rename',
  'pause', 'unpause', 'update', 'health_status',
]; // prettier-ignore

const eventQuery = (since: string | null): Record<string, string> => ({
  filters: JSON.stringify({ type: ['container'], event: EVENT_ACTIONS }),
  ...(since === null ? {} : { since: sinceOfStamp(since) }),
});

async function forwardEvents(stream: IncomingMessage, read: EventRead): Promise<void> {
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_EVENT_CHARS) throw new EngineError('broken_stream', 'an event without an end');
    for (const line of lines) {
      const event = parseEngineEvent(line);
      if (event !== null) read.onEvent(event);
    }
  }
}
