/** Who an engine is, out of what it says about itself. Pure; every field may be missing on some engine. */
import type { EngineFacts } from './engine.ts';

export type VersionAnswer = {
  Version?: string;
  ApiVersion?: string;
  MinAPIVersion?: string;
  Components?: { Name?: string }[] | null;
};
export type InfoAnswer = {
  ID?: string;
  Name?: string;
  NCPU?: number;
  MemTotal?: number;
  DockerRootDir?: string;
};

export function toEngineFacts(version: VersionAnswer, info: InfoAnswer, apiVersion: string): EngineFacts {
  return {
    id: identityOf(version, info),
    keepsEvents: isPodman(version),
    hasCoarseStamps: isPodman(version),
    name: info.Name ?? '',
    version: version.Version ?? '',
    apiVersion,
    cpus: info.NCPU ?? 0,
    memoryBytes: info.MemTotal ?? 0,
    containersDir: `${info.DockerRootDir ?? '/var/lib/docker'}/containers`,
  };
}

/**
 * What the ids of records are made with, so it must be the same at every start. Podman makes up another ID at every request: its
 * machine and the folder of its containers (each user has an own) stand for it.
 */
function identityOf(version: VersionAnswer, { ID, Name = '', DockerRootDir = '' }: InfoAnswer): string {
  if (isPodman(version)) return `podman:${Name}:${DockerRootDir}`;
  return ID ? ID : `engine:${Name}:${DockerRootDir}`;
}

const isPodman = ({ Components }: VersionAnswer): boolean =>
  (Components ?? []).some(component => component.Name === 'Podman Engine');
