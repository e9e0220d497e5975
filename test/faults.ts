/**
 * `npm run test:faults [FILE …]`: every fault test in its long form. What they measured goes into docs/faults.md; rows of tests
 * that did not run this time keep their figures and dates.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join, relative } from 'node:path';
import { format } from 'prettier';
import { parseCLI, startVitest } from 'vitest/node';
import type { FaultFigure } from './support/fault-figures.ts';
import { PlainSummary } from './support/plain-summary.ts';
import { ROOT } from './support/program.ts';

const RESULTS = join(ROOT, 'docs/faults.json');
const PAGE = join(ROOT, 'docs/faults.md');

type Row = FaultFigure & { date: string; test: string };

const asked = process.argv.slice(2);
const files = asked.length > 0 ? asked : faultTests();
const dir = mkdtempSync(join(tmpdir(), 'quaylog-faults-'));
process.env['QUAYLOG_TEST_FAULTS'] = 'long';
for (const file of files) await runOne(file);
rmSync(dir, { recursive: true, force: true });

/** Each on its own: what a fault costs is not to be mixed with another one. */
async function runOne(file: string): Promise<void> {
  const figures = join(dir, 'figures.ndjson');
  rmSync(figures, { force: true });
  process.env['QUAYLOG_FAULT_FIGURES'] = figures;
  const { filter, options } = parseCLI(['vitest', 'run', file]);
  const reporter = new PlainSummary({ passed: 0, failed: 0, skipped: 0 });
  const vitest = await startVitest(filter, { ...options, reporters: [reporter] });
  await vitest.close();
  if (!existsSync(figures)) return;
  const date = new Date().toISOString().slice(0, 10);
  const rows = readFileSync(figures, 'utf8').trimEnd().split('\n');
  await keep(rows.map(row => ({ ...(JSON.parse(row) as FaultFigure), date, test: relative(ROOT, file) })));
}

/** Every test that notes a figure. */
function faultTests(): string[] {
  const found = execFileSync('git', ['grep', '-l', 'noteFigure(', '--', '*.test.ts'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return found.trimEnd().split('\n');
}

async function keep(rows: Row[]): Promise<void> {
  const known = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as Row[]) : [];
  const tests = new Set(rows.map(({ test }) => test));
  const all = [...known.filter(({ test }) => !tests.has(test)), ...rows];
  all.sort((a, b) => (a.test + a.fault < b.test + b.fault ? -1 : 1));
  writeFileSync(RESULTS, await format(JSON.stringify(all), { parser: 'json' }));
  writeFileSync(PAGE, await format(pageOf(all), { parser: 'markdown' }));
}

function pageOf(rows: Row[]): string {
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = rows.map(
    ({ fault, bar, figure, date, test }) =>
      `| ${cell(fault)} | ${cell(bar)} | ${cell(figure)} | ${date} | [${test.split('/').at(-1)}](../${test}) |`,
  );
  return `# Faults

What was done to Quaylog and what it lost. Written by \`npm run test:faults\` (long forms; \`npm test\` runs a short form of each);
\`npm run test:faults -- FILE\` runs one test and renews its rows. Machine: ${machine}, Docker 20.10.24 unless a row says otherwise.

| fault | bar | seen | date | test |
| --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}
