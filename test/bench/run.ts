/** `npm run bench [name …]`: runs the benchmarks and writes docs/benchmarks.md with machine, date and command. */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/program.ts';
import { benchCollector } from './collector.bench.ts';
import { benchElasticsearch } from './elasticsearch.bench.ts';
import { benchIngest } from './ingest.bench.ts';
import { benchLive } from './live.bench.ts';
import type { Row } from './row.ts';
import { benchStore } from './store.bench.ts';

const BENCHMARKS: Record<string, { title: string; run: () => Promise<Row[]> }> = {
  collector: { title: 'Collector, through the engine API and from its files', run: benchCollector },
  ingest: { title: 'Indexer: HTTP, parse, store, fsync', run: benchIngest },
  store: { title: 'Embedded store', run: benchStore },
  elasticsearch: { title: 'Elasticsearch store', run: benchElasticsearch },
  live: { title: 'Dashboard: live tail in Chromium', run: benchLive },
};

const asked = process.argv.slice(2);
const unknown = asked.filter(name => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(`no benchmark named ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}`);
  process.exit(2);
}

const sections: string[] = [];
for (const [name, { title, run }] of Object.entries(BENCHMARKS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.error(`bench ${name} …`);
  sections.push(section(title, await run()));
  console.log(sections.at(-1));
}
if (asked.length === 0) writeFileSync(join(ROOT, 'docs/benchmarks.md'), `${head()}\n${sections.join('\n')}`);

function head(): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  return `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}; machine: ${machine}, shared with other work.
Figures of other machines differ; the ratios against the reference of the same run are what to compare. Growth and profiles:
[benchmark-notes.md](benchmark-notes.md).
`;
}

function section(title: string, rows: Row[]): string {
  const lines = rows.map(row => `| ${row.what} | ${row.value} | ${row.ratio ?? ''} |`);
  return `## ${title}\n\n| what | measured | against the reference |\n|---|---|---|\n${lines.join('\n')}\n`;
}
