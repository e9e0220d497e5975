/** `quaylog collector` and `quaylog indexer`: one program by itself, in this process. */
import type { Command } from 'commander';
import { endWithParent } from './end-with-parent.ts';
import { addSettingFlags, settingFlags } from './setting-flags.ts';
import { importProgram, type RunProgram } from './import-program.ts';

type ProgramCommand = { name: 'collector' | 'indexer'; description: string; load: () => Promise<RunProgram> };

const PROGRAMS: ProgramCommand[] = [
  {
    name: 'indexer',
    description: 'Run only an indexer: store, API, live, alerts and dashboard.',
    load: async () => (await importProgram('indexer')).runIndexer,
  },
  {
    name: 'collector',
    description: 'Run only a collector: one on each host that has an engine.',
    load: async () => (await importProgram('collector')).runCollector,
  },
];

export function addProgramCommands(program: Command): void {
  for (const { name, description, load } of PROGRAMS) {
    const command = program.command(name).description(description);
    addSettingFlags(command, [name]).action(async (options: Record<string, unknown>) => {
      endWithParent();
      const run = await load();
      process.exit((await run(settingFlags(options))) ?? 0);
    });
  }
}
