/** Marks and bars of the timeline: their shape, their colour and what is read out. */
import type { BarState } from '#contract/query.ts';
import { isDeathAlarming } from '../containers/container-state.ts';
import { isDeath, type DrawnMark, type Mark } from './timeline-layout.ts';

export type MarkTone = 'fatal' | 'error' | 'warn' | 'ok' | 'dim';

/** The shapes of the container table: a cross is always OOM, a square always an end. */
export function markShape(mark: Mark): { glyph: string; tone: MarkTone } {
  switch (mark.kind) {
    case 'oom':
      return { glyph: '✖', tone: 'fatal' };
    case 'die':
      if (mark.class === 'oom') return { glyph: '✖', tone: 'fatal' };
      return { glyph: '■', tone: isDeathAlarming(mark.class ?? '') ? 'error' : 'dim' };
    case 'kill':
      return { glyph: '↯', tone: 'dim' };
    case 'restart':
      return { glyph: '↻', tone: 'warn' };
    case 'unhealthy':
      return { glyph: '▲', tone: 'warn' };
    case 'healthy':
      return { glyph: '▲', tone: 'ok' };
    case 'gap':
      return { glyph: '≠', tone: 'warn' };
    case 'start':
      return { glyph: '▸', tone: 'ok' };
    case 'removed':
      return { glyph: '□', tone: 'dim' };
    case 'rename':
      return { glyph: '✎', tone: 'dim' };
  }
}

/** The indexer's own sentence, and the exit code where that does not say it. */
export function markInWords({ label, exitCode }: Mark): string {
  const saysCode = exitCode === undefined || new RegExp(`\\b${exitCode}\\b`).test(label);
  return saysCode ? label : `${label.replace(/\.$/, '')}, exit ${exitCode}`;
}

/** Beside the mark: how many deaths it stands for, else the exit code of its death. */
export function markNote({ main, deaths }: DrawnMark): string | null {
  if (deaths > 1) return `×${deaths}`;
  return isDeath(main) && main.exitCode !== undefined && main.exitCode !== 0 ? String(main.exitCode) : null;
}

/** What a screen reader says of a mark: what, of whom, when, and how many more are under it. */
export function markLabel(drawn: DrawnMark, name: string, time: string): string {
  const more = drawn.marks.length - 1;
  const deaths = drawn.deaths > 1 ? `, deaths ×${drawn.deaths}` : '';
  const bundle = more > 0 ? `, and ${more} more close by` : '';
  return `${name}: ${markInWords(drawn.main)} at ${time}${deaths}${bundle}`;
}

export const STATE_WORDS: Record<BarState, string> = {
  running: 'running',
  starting: 'starting',
  unhealthy: 'unhealthy',
  paused: 'paused',
  restarting: 'restarting',
  stopped: 'stopped',
  created: 'created, not started',
  nodata: 'no data: the collector did not report',
};

/** The bars worth explaining, in the order of the legend. */
export const ROW_STATES: readonly (readonly [BarState, string])[] = [
  ['running', 'running'],
  ['starting', 'starting'],
  ['unhealthy', 'unhealthy'],
  ['paused', 'paused'],
  ['restarting', 'restarting'],
  ['stopped', 'stopped'],
  ['nodata', 'no data'],
];
