/** What is read of an inspected container: the fields named here and no others. Its environment is not among them. */
import { constants } from 'node:os';
import type { Image } from '#contract/log-record.ts';
import type { ContainerDetails } from './engine.ts';
import { readStamp } from './stamp.ts';

const DEFAULT_STOP_SIGNAL = constants.signals.SIGTERM;
const DEFAULT_STOP_TIMEOUT_SECONDS = 10;

/** The engine's answer; every field may be missing on some engine. */
export type InspectAnswer = {
  Id: string;
  Name?: string;
  Created?: string;
  LogPath?: string;
  RestartCount?: number;
  State?: {
    Status?: string;
    Running?: boolean;
    OOMKilled?: boolean;
    ExitCode?: number;
    Error?: string;
    StartedAt?: string;
    FinishedAt?: string;
    Health?: { Status?: string } | null;
  };
  Config?: {
    Image?: string;
    Labels?: Record<string, string> | null;
    Tty?: boolean;
    OpenStdin?: boolean;
    StopSignal?: string;
    StopTimeout?: number | null;
  };
  HostConfig?: {
    Memory?: number;
    AutoRemove?: boolean;
    RestartPolicy?: { Name?: string };
    LogConfig?: { Type?: string; Config?: Record<string, string> | null };
  };
};

export function toContainerDetails(answer: InspectAnswer): ContainerDetails {
  const { State: state = {}, Config: config = {}, HostConfig: hostConfig = {} } = answer;
  return {
    id: answer.Id,
    name: (answer.Name ?? '').replace(/^\//, ''),
    image: toImage(config.Image ?? ''),
    labels: config.Labels ?? {},
    ...terminalOf(config),
    ...stateOf(state),
    restartCount: answer.RestartCount ?? 0,
    createdAt: readStamp(answer.Created) ?? answer.Created ?? '',
    stopSignal: signalNumber(config.StopSignal) ?? DEFAULT_STOP_SIGNAL,
    stopTimeoutSeconds: config.StopTimeout ?? DEFAULT_STOP_TIMEOUT_SECONDS,
    logPath: answer.LogPath ?? '',
    logOptions: logOptionsOf(hostConfig.LogConfig?.Config ?? {}),
    ...limitsOf(hostConfig),
  };
}

const terminalOf = ({ Tty, OpenStdin }: NonNullable<InspectAnswer['Config']>) => ({
  tty: Tty === true,
  ...(OpenStdin === true ? { hasStdin: true } : {}),
});

const stateOf = (state: NonNullable<InspectAnswer['State']>) => ({
  status: state.Status ?? 'dead',
  running: state.Running === true,
  health: state.Health?.Status ?? 'none',
  exitCode: state.ExitCode ?? 0,
  oomKilled: state.OOMKilled === true,
  error: state.Error ?? '',
  startedAt: readStamp(state.StartedAt),
  finishedAt: readStamp(state.FinishedAt),
});

/** Others may hold secrets, as the token of a log service. */
const LOG_OPTIONS = ['max-size', 'max-file', 'compress', 'mode', 'cache-disabled'];

const logOptionsOf = (config: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(config).filter(([key]) => LOG_OPTIONS.includes(key)));

const limitsOf = (hostConfig: NonNullable<InspectAnswer['HostConfig']>) => ({
  logDriver: hostConfig.LogConfig?.Type ?? '',
  restartPolicy: hostConfig.RestartPolicy?.Name ?? '',
  ...(hostConfig.AutoRemove === true ? { isRemovedAtEnd: true } : {}),
  memoryLimitBytes: (hostConfig.Memory ?? 0) > 0 ? (hostConfig.Memory ?? null) : null,
});

/** `registry:5000/team/web:1.2@sha256:…` → name `registry:5000/team/web`, tag `1.2`. Podman names Docker's own registry, too. */
export function toImage(reference: string): Image {
  if (reference.startsWith('sha256:')) return { name: reference };
  const named = (reference.split('@')[0] ?? reference).replace(/^docker\.io\/(?:library\/)?/, '');
  const colon = named.lastIndexOf(':');
  if (colon <= named.lastIndexOf('/')) return { name: named };
  return { name: named.slice(0, colon), tag: named.slice(colon + 1) };
}

/** `SIGTERM`, `TERM` or `15` as 15; null for what is no signal. `SIGRTMIN+3` is 37 on Linux. */
export function signalNumber(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  const name = text.toUpperCase().replace(/^(?!SIG)/, 'SIG');
  const realtime = /^SIGRTM(IN|AX)(?:([+-])(\d{1,2}))?$/.exec(name);
  if (realtime !== null)
    return (realtime[1] === 'IN' ? 34 : 64) + Number(`${realtime[2] ?? ''}${realtime[3] ?? 0}`);
  return (constants.signals as Partial<Record<string, number>>)[name] ?? null;
}
