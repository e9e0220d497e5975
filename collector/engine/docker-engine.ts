/** The Docker engine behind the `Engine` port, and Podman where it speaks the same language. */
import type { SecureContext } from 'node:tls';
import { parseEngineAddress, type EngineAddress } from './engine-address.ts';
import { attachToEngine } from './engine-attach.ts';
import { errorOfConnection, EngineError } from './engine-error.ts';
import { createEventReader } from './engine-events.ts';
import { toEngineFacts, type InfoAnswer, type VersionAnswer } from './engine-facts.ts';
import { KeptSockets } from './kept-sockets.ts';
import { getOfEngine, type EngineGet } from './engine-get.ts';
import { enginePath, type EnginePath, type PathRequest } from './engine-path.ts';
import { readCertificates } from './engine-tls.ts';
import { agreeOnVersion, compareVersions } from './engine-version.ts';
import type {
  ContainerDetails,
  Engine,
  EngineFacts,
  EventRead,
  ListedContainer,
  LogRead,
  Output,
  OutputEngine,
  OutputRead,
  StatsReading,
} from './engine.ts';
import { toContainerDetails, type InspectAnswer } from './inspected.ts';
import { sinceOfStamp, startOfSecond } from './stamp.ts';
import { toStatsReading, type StatsAnswer } from './stats-reading.ts';

const ANSWER_WITHIN_MS = 30_000;
/** The list of ten thousand containers has some 20 MB. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

const ATTACHES_APART_SINCE = '1.42';

/** `verify` and `certPath` as Docker's own command takes them: `DOCKER_TLS_VERIFY`, `DOCKER_CERT_PATH`. */
export type EngineTls = { verify: string; certPath: string };

/**
 * Throws `EngineError` `bad_address` when `dockerHost` is no address, `bad_certificate` when the files for TLS are not as they must
 * be; nothing is dialed yet.
 */
export const createDockerEngine = (
  dockerHost: string,
  tls: EngineTls = { verify: '', certPath: '' },
): Engine & OutputEngine => new DockerEngine(dockerHost, tls);

class DockerEngine implements Engine, OutputEngine {
  private readonly dockerHost: string;
  private readonly certPath: string;
  private readonly address: EngineAddress;
  private certificates: SecureContext | null;
  private readonly kept = new KeptSockets();
  private facts: EngineFacts | null = null;

  constructor(dockerHost: string, { verify, certPath }: EngineTls) {
    this.dockerHost = dockerHost;
    this.certPath = certPath;
    this.address = parseEngineAddress(dockerHost, verify);
    this.certificates = this.readCertificates();
  }

  async describe(): Promise<EngineFacts> {
    this.renewCertificates();
    const version = (await this.getJson(enginePath('/version', { apiVersion: null }))) as VersionAnswer;
    const apiVersion = agreeOnVersion(version.ApiVersion, version.MinAPIVersion);
    const info = (await this.getJson(enginePath('/info', { apiVersion }))) as InfoAnswer;
    this.facts = toEngineFacts(version, info, apiVersion);
    return this.facts;
  }

  async list(): Promise<ListedContainer[]> {
    const answer = (await this.ask('/containers/json', { query: { all: '1' } })) as ListAnswer;
    return answer.map(({ Id, State }) => ({ id: Id, running: State === 'running' || State === 'paused' }));
  }

  async inspect(id: string): Promise<ContainerDetails> {
    return toContainerDetails((await this.ask('/containers/{id}/json', { id })) as InspectAnswer);
  }

  async readLogs(id: string, { since, follow, last, signal, onBytes }: LogRead): Promise<void> {
    const query = {
      stdout: '1',
      stderr: '1',
      timestamps: '1',
      ...(follow ? { follow: '1' } : {}),
      ...(since === null ? {} : { since: sinceOfStamp(since) }),
      ...(last === undefined ? {} : { tail: String(last) }),
    };
    await this.get({ path: await this.pathOf('/containers/{id}/logs', { id, query }), signal, onBytes });
  }

  async readEvents({ since, signal, onOpen, onEvent }: EventRead): Promise<void> {
    // Podman reads it as a floating-point number, which may come out behind the event that is meant.
    const from = since !== null && this.facts?.keepsEvents === true ? startOfSecond(since) : since;
    const path = await this.pathOf('/events', { query: eventQuery(from) });
    const take = createEventReader(onEvent);
    const onBytes = (bytes: Buffer) => {
      take(bytes);
      return undefined;
    };
    await this.get({ path, signal, onOpen, onBytes });
  }

  async readStats(id: string): Promise<StatsReading | null> {
    const query = { stream: '0', 'one-shot': '1' };
    const text = await this.getText(await this.pathOf('/containers/{id}/stats', { id, query }));
    // Of a container that has ended, Podman says nothing at all.
    return text === '' ? null : toStatsReading(parseJson(text) as StatsAnswer, this.facts?.memoryBytes ?? 0);
  }

  outputsOf({ tty, hasStdin }: Pick<ContainerDetails, 'tty' | 'hasStdin'>): readonly Output[] {
    if (!this.attachesApart) return hasStdin === true ? [] : ['both'];
    return tty ? ['both'] : ['stdout', 'stderr'];
  }

  async readOutput(id: string, { output, ...read }: OutputRead): Promise<boolean> {
    const { address, certificates } = this;
    const path = await this.pathOf('/containers/{id}/attach/ws', { id, query: attachQuery(output) });
    if (output !== 'both' && !this.attachesApart)
      throw new EngineError('unreadable', 'this engine attaches to both outputs or to none');
    return attachToEngine({ address, certificates, path, ...read }).catch((cause: unknown) => {
      throw errorOfConnection(cause, this.dockerHost);
    });
  }

  /** Before that, what an attach asks for is not looked at: it is to everything, stdin too. */
  private get attachesApart(): boolean {
    return compareVersions(this.facts?.apiVersion ?? '', ATTACHES_APART_SINCE) >= 0;
  }

  private async ask(path: EnginePath, request: Omit<PathRequest, 'apiVersion'>): Promise<unknown> {
    return this.getJson(await this.pathOf(path, request));
  }

  private async pathOf(path: EnginePath, request: Omit<PathRequest, 'apiVersion'>): Promise<string> {
    const { apiVersion } = this.facts ?? (await this.describe());
    return enginePath(path, { apiVersion, ...request });
  }

  private async getJson(path: string): Promise<unknown> {
    return parseJson(await this.getText(path));
  }

  private async getText(path: string): Promise<string> {
    const pieces: Buffer[] = [];
    let size = 0;
    const onBytes = (bytes: Buffer) => {
      size += bytes.length;
      if (size > MAX_ANSWER_BYTES)
        throw new EngineError('broken_stream', 'an answer of the engine has no end');
      pieces.push(Buffer.from(bytes));
      return undefined;
    };
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const { isWhole } = await this.get({ path, signal, kept: this.kept, onBytes });
    if (signal.aborted)
      throw new EngineError(
        'unreachable',
        `the engine at ${this.dockerHost} does not answer: ${ANSWER_WITHIN_MS} ms`,
      );
    if (!isWhole) throw cutOff();
    return Buffer.concat(pieces).toString();
  }

  private get(
    request: Pick<EngineGet, 'path' | 'signal' | 'kept' | 'onOpen' | 'onBytes'>,
  ): Promise<{ isWhole: boolean }> {
    const { address, certificates } = this;
    return getOfEngine({ address, certificates, ...request }).catch((cause: unknown) => {
      throw errorOfConnection(cause, this.dockerHost);
    });
  }

  /** Files that are just being replaced do not fit together; those read before are good until the next time. */
  private renewCertificates(): void {
    try {
      this.certificates = this.readCertificates();
    } catch (cause) {
      if (!(cause instanceof EngineError)) throw cause;
    }
  }

  private readCertificates(): SecureContext | null {
    const isSecure = !('socketPath' in this.address) && this.address.tls;
    return isSecure ? readCertificates(this.dockerHost, this.certPath) : null;
  }
}

type ListAnswer = { Id: string; State?: string }[];

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw cutOff(cause);
  }
}

const attachQuery = (output: Output): Record<string, string> => ({
  stream: '1',
  stdin: '0',
  stdout: output === 'stderr' ? '0' : '1',
  stderr: output === 'stdout' ? '0' : '1',
});

const cutOff = (cause?: unknown): EngineError =>
  new EngineError('broken_stream', 'an answer of the engine was cut off, or is not JSON', cause);

/** Filtered by the engine, to spare its queue: health checks alone make three exec events each. `remove` and `died` are Podman's. */
const EVENT_ACTIONS = [
  'create', 'start', 'restart', 'stop', 'kill', 'die', 'oom', 'destroy', 'rename',
  'pause', 'unpause', 'update', 'health_status', 'remove', 'died',
]; // prettier-ignore

const eventQuery = (since: string | null): Record<string, string> => ({
  filters: JSON.stringify({ type: ['container'], event: EVENT_ACTIONS }),
  ...(since === null ? {} : { since: sinceOfStamp(since) }),
});
