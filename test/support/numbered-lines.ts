/** The oracle of exactness: containers print numbered lines, and every number must be stored once and in order. */
import type { LogRecord } from '#contract/log-record.ts';
import { eventually } from './eventually.ts';
import { readAllLogs, type LogSource } from './read-logs.ts';

type Verdict = { missing: number; doubled: number; backward: number };

/** `sh` that prints `out 1 … out LINES` and `err 1 … err LINES`, resting 50 ms after each `burst`. */
export const printNumbered = (lines: number, burst: number): string =>
  `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "out $i"; echo "err $i" >&2; ` +
  `[ $((i % ${burst})) -eq 0 ] && sleep 0.05; done; true`;

function judgeNumbered(records: LogRecord[], word: 'out' | 'err', lines: number): Verdict {
  const seen = new Uint32Array(lines + 1);
  let backward = 0;
  let last = 0;
  for (const record of records) {
    const number = Number(new RegExp(`^${word} (\\d+)$`).exec(record.message)?.[1] ?? Number.NaN);
    if (!(number >= 1 && number <= lines)) throw new Error(`unexpected line: ${record.message}`);
    seen[number] = (seen[number] ?? 0) + 1;
    if (number < last) backward += 1;
    last = number;
  }
  const counts = [...seen.subarray(1)];
  return {
    missing: counts.filter(count => count === 0).length,
    doubled: counts.filter(count => count > 1).length,
    backward,
  };
}

/** Reading one line of each stream back, on a machine that is busy with other things. */
const READ_BACK_MS = 2;

/** What `untilNumbered` answers of a container whose lines are all there once and in order. */
export const NOTHING_WRONG = {
  out: { missing: 0, doubled: 0, backward: 0 },
  err: { missing: 0, doubled: 0, backward: 0 },
};

/** The verdicts on a container that runs `printNumbered`, once no line is missing: the deadline tells a loss from a delay. */
export const untilNumbered = (
  source: LogSource,
  container: string,
  lines: number,
): Promise<Record<'out' | 'err', Verdict>> =>
  eventually(
    async () => {
      const read = (stream: string) => readAllLogs(source, `container:"${container}" and stream:${stream}`);
      const out = judgeNumbered(await read('stdout'), 'out', lines);
      const err = judgeNumbered(await read('stderr'), 'err', lines);
      return out.missing + err.missing === 0 && { out, err };
    },
    { what: `all lines of ${container}`, withinMs: 120_000 + lines * READ_BACK_MS, everyMs: 500 },
  );
