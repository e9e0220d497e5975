import { vi } from 'vitest';
import { createDockerEngine } from '#collector/engine/docker-engine.ts';
import { importBusybox } from '../support/docker-engine.ts';
import { startPodman } from '../support/podman.ts';
import { engineContract } from './engine.contract.ts';

// Each container takes Podman a second on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

engineContract(
  async () => {
    const { docker, dockerHost, ...test } = await startPodman();
    const image = await importBusybox({ docker });
    return {
      engine: createDockerEngine(dockerHost),
      docker,
      run: (flags, command) => docker(['run', '-d', ...flags, image, 'sh', '-c', command]),
      stop: () => test.stop(),
    };
  },
  { lacks: ['health', 'longTty'] },
);
