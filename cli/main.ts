/** What `quaylog` can do: one file per command beside this one. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addCheckCommand } from './check.ts';
import { CliError, EXIT } from './cli-error.ts';
import { addAuditCommand } from './audit.ts';
import { addDeadLettersCommand } from './dead-letters.ts';
import { addEventsCommand } from './events.ts';
import { addLogsCommand } from './logs.ts';
import { addMigrateCommand } from './migrate.ts';
import { addPasswordCommand } from './password.ts';
import { addProgramCommands } from './program-command.ts';
import { addStoreCommands } from './store.ts';
import { addTokenCommands } from './token.ts';
import { addUpCommand } from './up.ts';

/** Runs the command that the arguments name; answers the exit code. */
export async function main(): Promise<number> {
  const program = new Command('quaylog')
    .description(
      'Logs, events and samples of every container: searchable, and explained when something dies.',
    )
    .version(readVersion(), '-V, --version')
    .exitOverride()
    .addHelpText('after', '\nSettings, as flags and as environment variables: quaylog up --help');
  addUpCommand(program);
  addLogsCommand(program);
  addEventsCommand(program);
  addCheckCommand(program);
  addAuditCommand(program);
  addProgramCommands(program);
  addStoreCommands(program);
  addMigrateCommand(program);
  addDeadLettersCommand(program);
  addTokenCommands(program);
  addPasswordCommand(program);
  try {
    await program.parseAsync();
    return EXIT.ok;
  } catch (error) {
    return report(error);
  }
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Commander has printed its own complaint already. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof CliError)) throw error;
  for (const line of error.message.split('\n')) process.stderr.write(`quaylog: ${line}\n`);
  return error.exitCode;
}
