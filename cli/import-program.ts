/** The programs behind the commands, loaded only when asked for: the terminal commands need neither. */
import type { AuditRefusal, EngineLog } from '#contract/audit.ts';
import type { CheckRefusal, CheckReport } from '#contract/check-report.ts';
import type { DeadLetterDesk } from '#contract/dead-letter.ts';
import type { MigrateStore } from '#contract/migration.ts';
import type { StoreUpkeep } from '#contract/store-upkeep.ts';
import type { Operator } from '#contract/token.ts';
import type { Flags } from './config.ts';

/** What a program's main.ts exports: runs until it is told to stop, and answers the exit code (2: wrong settings). */
export type RunProgram = (flags: Flags) => Promise<number | undefined>;

type Programs = {
  indexer: StoreUpkeep & {
    runIndexer: RunProgram;
    openOperator: (flags: { data: string | undefined }) => Promise<Operator>;
    hashPassword: (password: string) => Promise<string>;
    migrateStore: MigrateStore;
    openDeadLetters: (flags: Flags) => Promise<DeadLetterDesk>;
  };
  collector: {
    runCollector: RunProgram;
    auditContainer: (
      flags: Flags,
      request: { container: string; ageMs: number },
    ) => Promise<EngineLog | AuditRefusal>;
    checkCollector: (flags: Flags, container?: string) => Promise<CheckReport | CheckRefusal>;
  };
};

/** By URL: the compiler's project borders keep the command line apart from the programs it starts. */
export const importProgram = <K extends keyof Programs>(name: K): Promise<Programs[K]> =>
  import(new URL(`../${name}/main.ts`, import.meta.url).href) as Promise<Programs[K]>;
