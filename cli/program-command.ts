/** `quaylog collector` and `quaylog indexer`: one program by itself, in this process. */
import type { Command } from 'commander';
import { endWithParent } from './end-with-parent.ts';
import { addSettingFlags, settingFlags } from './setting-flags.ts';
import type { Flags } from './config.ts';

/** What a program's main.ts exports: runs until it is told to stop, and answers the exit code (2: wrong settings). */
type RunProgram = (flags: Flags) => Promise<number | undefined>;

type ProgramCommand = { name: 'collector' | 'indexer'; description: string; load: () => Promise<RunProgram> };

/** Loaded only when asked for: the terminal commands need neither. */
const PROGRAMS: ProgramCommand[] = [
  {
    name: 'indexer',
    description: 'Run only an indexer: store, API, live, alerts and dashboard.',
    load: async () => (await importMain<{ runIndexer: RunProgram }>('indexer')).runIndexer,
  },
  {
    name: 'collector',
    description: 'Run only a collector: one on each host that has an engine.',
    load: async () => (await importMain<{ runCollector: RunProgram }>('collector')).runCollector,
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

/** By URL: the compiler's project borders keep the command line apart from the programs it starts. */
const importMain = <T>(name: string): Promise<T> =>
  import(new URL(`../${name}/main.ts`, import.meta.url).href) as Promise<T>;
