/** Containers as the wire names them. Pure. */
import type { WireContainer } from '#contract/batch.ts';
import { CONTAINER_STATES } from '#contract/constants.ts';
import type { ContainerSnapshot, ContainerState, Health } from '#contract/container.ts';
import type { Evidence } from '#contract/container-event.ts';
import type { Compose } from '#contract/log-record.ts';
import type { ContainerDetails, EngineEvent } from '../engine/engine.ts';
import { toImage } from '../engine/inspected.ts';
import type { Reading } from './tails.ts';

const PROJECT_LABEL = 'com.docker.compose.project';
const SERVICE_LABEL = 'com.docker.compose.service';

export function toWireContainer({ id, name, image, labels }: ContainerDetails): WireContainer {
  const compose = composeOf(labels);
  return { id, name, image, labels, ...(compose === null ? {} : { compose }) };
}

/** What an event alone tells of a container that was gone before it could be inspected. */
const NOT_LABELS = new Set(['image', 'name', 'exitCode', 'signal', 'oldName', 'execDuration']);

export function wireContainerOfEvent({ containerId, attributes }: EngineEvent): WireContainer {
  const labels = Object.fromEntries(Object.entries(attributes).filter(([key]) => !NOT_LABELS.has(key)));
  const compose = composeOf(labels);
  return {
    id: containerId,
    name: attributes.name ?? '',
    image: toImage(attributes.image ?? ''),
    labels,
    ...(compose === null ? {} : { compose }),
  };
}

/** Of a container that was gone before it could be inspected: what writes its log is not known. */
export function detailsOfEvent(event: EngineEvent): ContainerDetails {
  const { id, name, image, labels } = wireContainerOfEvent(event);
  return {
    ...{ id, name, image, labels, tty: false, logDriver: '', logPath: '', logOptions: {} },
    ...{ status: 'removing', running: false, health: 'none', exitCode: 0, oomKilled: false, error: '' },
    ...{
      restartCount: 0,
      restartPolicy: '',
      createdAt: event.stamp,
      startedAt: event.stamp,
      finishedAt: null,
    },
    ...{ memoryLimitBytes: null, stopSignal: 15, stopTimeoutSeconds: 10 },
  };
}

function composeOf(labels: Record<string, string>): Compose | null {
  const [project, service] = [labels[PROJECT_LABEL], labels[SERVICE_LABEL]];
  return project === undefined || service === undefined ? null : { project, service };
}

/** `state` overrides what was inspected, for a container that is gone since. */
export function toSnapshot(
  details: ContainerDetails,
  reading: Reading,
  seen: { at: string; state?: ContainerState },
): ContainerSnapshot {
  return {
    id: details.id,
    name: details.name,
    image:
      details.image.tag === undefined ? details.image.name : `${details.image.name}:${details.image.tag}`,
    state: seen.state ?? stateOf(details.status),
    health: healthOf(details.health),
    exitCode: details.running || details.finishedAt === null ? null : details.exitCode,
    oomKilled: details.oomKilled,
    restartCount: details.restartCount,
    restartPolicy: details.restartPolicy,
    createdAt: details.createdAt,
    startedAt: details.startedAt,
    finishedAt: details.running ? null : details.finishedAt,
    memoryLimitBytes: details.memoryLimitBytes,
    labels: details.labels,
    compose: composeOf(details.labels),
    tty: details.tty,
    logDriver: details.logDriver,
    ...reading,
    observedAt: seen.at,
  };
}

const stateOf = (status: string): ContainerState =>
  CONTAINER_STATES.find(state => state === status) ?? 'dead';

const healthOf = (health: string): Health =>
  health === 'starting' || health === 'healthy' || health === 'unhealthy' ? health : 'none';

/**
 * What inspect says around a death. The engine keeps only the last run's end, so when the container has been started again since,
 * its state is left out and only what outlives a run is told.
 */
export function toEvidence(details: ContainerDetails, ofRun: boolean): Evidence {
  return {
    restartCount: details.restartCount,
    ...(details.memoryLimitBytes === null ? {} : { memoryLimitBytes: details.memoryLimitBytes }),
    stopSignal: details.stopSignal,
    stopTimeoutSeconds: details.stopTimeoutSeconds,
    ...(ofRun ? stateEvidence(details) : {}),
  };
}

const stateEvidence = (details: ContainerDetails): Evidence => ({
  oomKilled: details.oomKilled,
  exitCode: details.exitCode,
  ...(details.error === '' ? {} : { error: details.error }),
  ...(details.startedAt === null ? {} : { startedAt: details.startedAt }),
  ...(details.finishedAt === null ? {} : { finishedAt: details.finishedAt }),
});
