/**
 * `quaylog check`: how a collector with these settings would collect, and what of it would lose or miss lines. It only looks: it
 * asks the engine the same questions as the collector, writes nothing, and may run beside it.
 */
import type { CheckRefusal, CheckReport, CheckSection } from '#contract/check-report.ts';
import { readConfig, settingOrigins, type CollectorConfig } from '../config.ts';
import { checkContainer, findContainers } from './check-container.ts';
import { checkContainers, lookAtContainers } from './check-containers.ts';
import { askEngine } from './check-engine.ts';
import { checkIndexers } from './check-indexer.ts';
import { checkData } from './check-data.ts';

/** Flags by setting name. `container`: a name, the beginning of an id, or a compose service; undefined: the whole host. */
export async function checkCollector(
  flags: Partial<Record<string, string | boolean>>,
  container?: string,
): Promise<CheckReport | CheckRefusal> {
  const { config, problems } = readConfig(flags);
  if (problems.length > 0) return { problems: problems.map(({ message }) => message) };
  const settings = settingOrigins(flags);
  const asked = await askEngine(config);
  if ('finding' in asked) {
    const sections = [{ title: 'Engine', findings: [asked.finding] }];
    return {
      settings,
      sections: container === undefined ? [...sections, ...(await checkHost(config))] : sections,
    };
  }
  const seen = await lookAtContainers(asked, config);
  if (container === undefined) {
    const sections = [{ title: 'Engine', findings: asked.findings }, ...checkContainers(seen)];
    return { settings, sections: [...sections, ...(await checkHost(config))] };
  }
  const found = findContainers(seen, container);
  if (found.length === 0)
    return {
      problems: [
        noContainer(
          container,
          seen.map(({ details }) => details.name),
        ),
      ],
    };
  const sections: CheckSection[] = [];
  for (const one of found) sections.push(await checkContainer(one, asked, config));
  return { settings, sections };
}

export type CheckCollector = typeof checkCollector;

async function checkHost(config: CollectorConfig): Promise<CheckSection[]> {
  return [
    { title: 'Indexer', findings: await checkIndexers(config) },
    { title: 'Data folder', findings: await checkData(config) },
  ];
}

const MAX_NAMES = 20;

function noContainer(asked: string, names: string[]): string {
  const shown = names.toSorted().slice(0, MAX_NAMES).join(', ');
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return `no container has the name, the compose service or the id ${asked}; there are ${shown || 'none'}${more}`;
}
