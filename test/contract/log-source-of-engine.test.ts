import { createDockerEngine } from '#collector/engine/docker-engine.ts';
import { createApiSource } from '#collector/source/api-source.ts';
import { createFileSource } from '#collector/source/file-source.ts';
import { createReadTurns } from '#collector/source/read-turns.ts';
import { afterAll, beforeAll, describe } from 'vitest';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { logSourceContract, type SourceUnderTest } from './log-source.contract.ts';

let under: Omit<SourceUnderTest, 'open'>;
let engine: TestEngine;

beforeAll(async () => {
  engine = await startTestEngine();
  const { docker, dockerHost } = engine;
  const image = await importBusybox({ docker });
  under = {
    engine: createDockerEngine(dockerHost),
    docker,
    run: (flags, command) => docker(['run', '-d', '--network', 'none', ...flags, image, 'sh', '-c', command]),
  };
});
afterAll(() => engine?.stop());

describe('through the API', () => {
  logSourceContract(() => ({
    ...under,
    open: container => createApiSource(under.engine, container, { reason: '' }),
  }));
});

describe('from its file', () => {
  const turns = createReadTurns();
  logSourceContract(() => ({
    ...under,
    open: ({ logPath: path, ...rest }) => createFileSource({ ...rest, path, turns, reason: '' }),
  }));
});
