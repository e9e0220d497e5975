/** What the log driver of a container and its options mean for its lines. Pure. */
import type { Finding } from '#contract/check-report.ts';
import type { ContainerDetails } from '../engine/engine.ts';
import { parseLogSize } from '../source/kept-bytes.ts';
import { isKeptNowhere } from '../source/attach/attacher.ts';
import { note, ok, risk } from './finding.ts';

type Logged = Pick<ContainerDetails, 'logDriver' | 'logOptions'>;

/** Drivers whose own files the engine reads back; of the others it keeps a cache (from 20.10 on). */
const READABLE = ['json-file', 'local', 'journald'];
/** What the engine keeps by itself: nothing is rotated with json-file, and five files of 20 MB with `local`. */
const KEPT_BY_DEFAULT: Partial<Record<string, { size: number; files: number }>> = {
  'json-file': { size: Infinity, files: 1 },
  local: { size: 20e6, files: 5 },
};
/** At 1,000 lines of 200 bytes a second, less than a minute. */
const SMALL_LOG_BYTES = 10e6;

/** The driver first, then each risk. A driver that cannot be read at all is said elsewhere: no source is found for it. */
export function logRisks({ logDriver, logOptions }: Logged): Finding[] {
  const options = Object.entries(logOptions).map(([key, value]) => `${key}=${value}`);
  const findings = [ok(`its log driver is ${[logDriver, ...options].join(', ')}`)];
  if (logOptions.mode === 'non-blocking')
    findings.push(
      risk(
        'it logs in non-blocking mode: the engine drops lines that come faster than it can write, and says nothing',
        'Leave the option mode away, or raise max-buffer-size.',
      ),
    );
  if (isKeptNowhere({ logDriver, logOptions }))
    findings.push(
      risk(
        'the engine keeps nothing of what it prints: what nobody takes as it comes is lost',
        'Use the log driver local or json-file.',
      ),
    );
  else if (!READABLE.includes(logDriver))
    findings.push(
      note(`the engine reads lines of ${logDriver} back from a cache of its own, of 100 MB at most`),
    );
  const kept = keptBytes({ logDriver, logOptions });
  if (kept === Infinity)
    findings.push(
      note(
        'its log is never rotated: it grows as long as the container lives',
        'Set max-size and max-file, as 50m and 3.',
      ),
    );
  else if (kept !== null && kept < SMALL_LOG_BYTES)
    findings.push(
      risk(
        `the engine keeps ${inMegabytes(kept)} of its log: what is older is gone, also when the collector was away meanwhile`,
        'Raise max-size or max-file.',
      ),
    );
  return findings;
}

/** Null when it is not known. */
function keptBytes({ logDriver, logOptions }: Logged): number | null {
  const usual = KEPT_BY_DEFAULT[logDriver];
  if (usual === undefined) return null;
  const size = sizeOf(logOptions['max-size']) ?? usual.size;
  const files = Number(logOptions['max-file'] ?? usual.files);
  return size * Math.max(1, Number.isFinite(files) ? files : 1);
}

/** As the engine takes sizes; -1 is no limit. */
const sizeOf = (text = ''): number | null => (text === '-1' ? Infinity : parseLogSize(text));

const inMegabytes = (bytes: number): string => `${Math.max(0.1, Math.round(bytes / 1e5) / 10)} MB`;
