/** `quaylog check`: settings, engine, containers and indexer looked at without collecting, in words that say what to do. */
import type { Command } from 'commander';
import type { CheckReport } from '#contract/check-report.ts';
import { CliError, EXIT } from './cli-error.ts';
import { wantsColour } from './config.ts';
import { formatReport } from './format-report.ts';
import { importProgram } from './import-program.ts';
import { openOutput } from './output.ts';
import { addSettingFlags, settingFlags } from './setting-flags.ts';
import { toSafeJson } from './terminal-text.ts';

type CheckOptions = Record<string, unknown> & { container?: string; json?: boolean };

export function addCheckCommand(program: Command): void {
  const command = program
    .command('check')
    .description(
      'Say whether everything would be collected from this host, or one container: by which rule, from where, how, how far.',
    )
    .option('--container <name>', 'only this container: a name, a compose service, or the beginning of an id')
    .option('--json', 'the whole report as JSON')
    .addHelpText(
      'after',
      '\nIt only looks, and may run beside a collector; give it the same settings.\n' +
        'Exit code 0: fine, or at a risk that is named; 1: lines are lost or missed; 2: not asked rightly.',
    );
  addSettingFlags(command, ['collector']).action((options: CheckOptions) => runCheck(options));
}

async function runCheck(options: CheckOptions): Promise<void> {
  const output = openOutput();
  const { checkCollector } = await importProgram('collector');
  const report = await checkCollector(settingFlags(options), options.container);
  if ('problems' in report) throw new CliError(report.problems.join('\n'), EXIT.usage);
  if (options.json === true) await output.line(toSafeJson(report));
  else
    for (const line of formatReport(report, {
      isTerminal: output.isTerminal,
      colour: output.isTerminal && wantsColour(),
    }))
      await output.line(line);
  if (hasTrouble(report)) process.exit(EXIT.failed);
}

const hasTrouble = ({ sections }: CheckReport): boolean =>
  sections.some(({ findings }) => findings.some(({ verdict }) => verdict === 'trouble'));
