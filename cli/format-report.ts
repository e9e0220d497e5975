/** What `quaylog check` found, as lines for people. Pure. */
import type { CheckReport, Finding, SettingOrigin, Verdict } from '#contract/check-report.ts';
import { createPaint, type Paint, type Style } from './colours.ts';
import { cleanText } from './terminal-text.ts';

type Mark = { sign: string; plain: string; style: Style };

/** `plain`: where a terminal's characters cannot be relied on. */
const MARKS: Record<Verdict, Mark> = {
  ok: { sign: '✓', plain: 'ok', style: 'green' },
  note: { sign: '·', plain: '--', style: 'dim' },
  risk: { sign: '!', plain: '!', style: 'yellow' },
  trouble: { sign: '✗', plain: 'X', style: 'red' },
};
const PLAIN_WIDTH = 2;

export type ReportStyle = { isTerminal: boolean; colour: boolean };

export function formatReport({ settings, sections }: CheckReport, style: ReportStyle): string[] {
  const paint = createPaint(style.colour);
  return [
    paint.style('bold', 'Settings'),
    ...formatSettings(settings).map(line => `  ${line}`),
    ...sections.flatMap(({ title, findings }) => [
      '',
      paint.style('bold', oneLine(title)),
      ...findings.flatMap(finding => formatFinding(finding, { ...style, paint })),
    ]),
    '',
    summary(sections.flatMap(({ findings }) => findings)),
  ];
}

function formatSettings(settings: SettingOrigin[]): string[] {
  const set = settings.filter(({ from }) => from !== 'default');
  const rest = settings.length - set.length;
  return [
    ...set.map(({ env, value, from }) => `${env}=${oneLine(value)} (${oneLine(from)})`),
    set.length === 0 ? 'all have their defaults' : `the other ${rest} have their defaults`,
  ];
}

function formatFinding(
  { verdict, text, advice }: Finding,
  { isTerminal, paint }: ReportStyle & { paint: Paint },
): string[] {
  const { sign, plain, style } = MARKS[verdict];
  const mark = paint.style(style, isTerminal ? sign : plain.padEnd(PLAIN_WIDTH));
  const indent = ' '.repeat(2 + (isTerminal ? 1 : PLAIN_WIDTH) + 1);
  return [
    `  ${mark} ${oneLine(text)}`,
    ...(advice === undefined ? [] : [`${indent}${isTerminal ? '→' : '->'} ${oneLine(advice)}`]),
  ];
}

function summary(findings: Finding[]): string {
  const count = (verdict: Verdict): number => findings.filter(finding => finding.verdict === verdict).length;
  const [troubles, risks] = [count('trouble'), count('risk')];
  if (troubles > 0)
    return `Lines are lost or missed: ${troubles} to mend${risks > 0 ? `, and ${risks} at risk` : ''}.`;
  return risks > 0 ? `Nothing is missed now; ${risks} at risk.` : 'Nothing is missed.';
}

/** Labels and names are written by others. */
const oneLine = (text: string): string => cleanText(text.replaceAll(/[\n\t\r]+/g, ' '), false);
