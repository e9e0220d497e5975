import { createDockerEngine } from '#collector/engine/docker-engine.ts';
import { importBusybox, startTestEngine } from '../support/docker-engine.ts';
import { engineContract } from './engine.contract.ts';

engineContract(async () => {
  const { docker, dockerHost, ...test } = await startTestEngine();
  const image = await importBusybox({ docker });
  return {
    engine: createDockerEngine(dockerHost),
    docker,
    run: (flags, command) => docker(['run', '-d', '--network', 'none', ...flags, image, 'sh', '-c', command]),
    stop: () => test.stop(),
  };
});
