/** Whether the engine answers, and as what. */
import type { Finding } from '#contract/check-report.ts';
import type { CollectorConfig } from '../config.ts';
import { createDockerEngine } from '../engine/docker-engine.ts';
import { exposureOf, parseEngineAddress } from '../engine/engine-address.ts';
import { EngineError } from '../engine/engine-error.ts';
import type { Engine, EngineFacts, OutputEngine } from '../engine/engine.ts';
import { ok, risk, trouble } from './finding.ts';

export type AskedEngine = { engine: Engine & OutputEngine; facts: EngineFacts; findings: Finding[] };

/** `finding`: why nothing can be asked of it. */
export async function askEngine(config: CollectorConfig): Promise<AskedEngine | { finding: Finding }> {
  const { dockerHost, dockerTlsVerify: verify, dockerCertPath: certPath } = config;
  try {
    const engine = createDockerEngine(dockerHost, { verify, certPath });
    const facts = await engine.describe();
    const exposure = exposureOf(parseEngineAddress(dockerHost, verify));
    return {
      engine,
      facts,
      findings: [
        ok(`${facts.version} on ${facts.name}, at ${dockerHost}; API ${facts.apiVersion} is spoken`),
        ...(exposure === null ? [] : [risk(exposure)]),
      ],
    };
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    const advice = cause.retry ? 'The collector waits for it; nothing is collected meanwhile.' : undefined;
    return { finding: trouble(cause.message, advice) };
  }
}
