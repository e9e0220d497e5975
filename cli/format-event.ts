/** One container event as a line for people. Pure. */
import type { ContainerEvent } from '#contract/container-event.ts';
import { createPaint, type Style } from './colours.ts';
import { formatTime, type FormatOptions } from './format-record.ts';
import { cleanText } from './terminal-text.ts';

const ALARMING = new Set(['oom', 'oom_suspected', 'crash', 'start_failed']);

export function formatEvent(event: ContainerEvent, options: FormatOptions): string {
  const paint = createPaint(options.colour);
  const show = (text: string): string => (options.raw ? text : cleanText(text, false).replaceAll('\n', ' '));
  const name = show(event.container.name);
  const style = eventStyle(event);
  const action = show(event.event.action).padEnd(ACTION_WIDTH);
  const details = eventDetails(event).map(show).join(', ');
  return [
    paint.style('dim', formatTime(event['@timestamp'], options.timeZone)),
    style === undefined ? action : paint.style(style, action),
    paint.container(name, name.padEnd(options.nameWidth)),
    details,
  ]
    .join(' ')
    .trimEnd();
}

const ACTION_WIDTH = 'health_status'.length;

function eventStyle(event: ContainerEvent): Style | undefined {
  const { action } = event.event;
  if (action === 'oom' || ALARMING.has(event.death?.class ?? '')) return 'boldRed';
  if (action === 'log-gap' || event.health?.status === 'unhealthy') return 'yellow';
  return action === 'start' || event.health?.status === 'healthy' ? 'green' : undefined;
}

function eventDetails(event: ContainerEvent): string[] {
  const { exit_code: exitCode, signal } = event.process ?? {};
  return [
    event.death ? `${event.death.class}: ${event.death.cause}` : '',
    exitCode === undefined || event.death ? '' : `exit ${exitCode}`,
    signal === undefined ? '' : `signal ${signal}`,
    event.health?.status ?? '',
    event.rename ? `was ${event.rename.from}` : '',
    event.gap ? `${event.gap.from} to ${event.gap.to}: ${event.gap.reason}` : '',
    event.event.reconciled ? 'reconciled' : '',
  ].filter(detail => detail !== '');
}
