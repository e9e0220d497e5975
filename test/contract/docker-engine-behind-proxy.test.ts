/** The same port through what stands before many engines: TLS on both sides, and answers in chunks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDockerEngine } from '#collector/engine/docker-engine.ts';
import { createAuthority } from '../support/certificates.ts';
import { importBusybox, startTestEngine } from '../support/docker-engine.ts';
import { startEngineProxy } from '../support/engine-proxy.ts';
import { engineContract } from './engine.contract.ts';

engineContract(async () => {
  const { docker, socket, ...test } = await startTestEngine();
  const image = await importBusybox({ docker });
  const certPath = mkdtempSync(join(tmpdir(), 'quaylog-certificates-'));
  const tls = createAuthority(certPath, 'quaylog test').sign(certPath);
  const proxy = await startEngineProxy(socket, { tls });
  return {
    engine: createDockerEngine(proxy.dockerHost, { verify: '1', certPath }),
    docker,
    run: (flags, command) => docker(['run', '-d', '--network', 'none', ...flags, image, 'sh', '-c', command]),
    async stop() {
      await proxy.close();
      await test.stop();
      rmSync(certPath, { recursive: true });
    },
  };
});
