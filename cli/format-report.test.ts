import { describe, expect, it } from 'vitest';
import type { CheckReport } from '#contract/check-report.ts';
import { formatReport } from './format-report.ts';

const report: CheckReport = {
  settings: [
    { env: 'QUAYLOG_SOURCE', value: 'file', from: '--source' },
    { env: 'QUAYLOG_DATA', value: '.quaylog/data', from: 'default' },
  ],
  sections: [
    {
      title: 'Engine',
      findings: [
        { verdict: 'ok', text: 'it answers' },
        { verdict: 'note', text: 'it is old' },
        { verdict: 'risk', text: 'it may forget', advice: 'Ask it often.' },
        { verdict: 'trouble', text: 'it lies\u001b]0;owned\u0007\nforged' },
      ],
    },
  ],
};

describe('the report of a check', () => {
  it('in a pipe has nothing but plain characters', () => {
    expect(formatReport(report, { isTerminal: false, colour: false })).toEqual([
      'Settings',
      '  QUAYLOG_SOURCE=file (--source)',
      '  the other 1 have their defaults',
      '',
      'Engine',
      '  ok it answers',
      '  -- it is old',
      '  !  it may forget',
      '     -> Ask it often.',
      '  X  it lies forged',
      '',
      'Lines are lost or missed: 1 to mend, and 1 at risk.',
    ]);
  });

  it('on a terminal has signs, in colour if it may', () => {
    const lines = formatReport(report, { isTerminal: true, colour: true });
    expect(lines).toContain('  \u001b[32m✓\u001b[0m it answers');
    expect(lines).toContain('  \u001b[31m✗\u001b[0m it lies forged');
    expect(lines).toContain('    → Ask it often.');
  });

  it.each([
    [['ok', 'note'], 'Nothing is missed.'],
    [['ok', 'risk'], 'Nothing is missed now; 1 at risk.'],
    [['trouble'], 'Lines are lost or missed: 1 to mend.'],
  ] as const)('sums up %j', (verdicts, sum) => {
    const findings = verdicts.map(verdict => ({ verdict, text: 'x' }));
    const lines = formatReport(
      { settings: [], sections: [{ title: 'x', findings }] },
      { isTerminal: true, colour: false },
    );
    expect(lines.at(-1)).toBe(sum);
    expect(lines[1]).toBe('  all have their defaults');
  });
});
