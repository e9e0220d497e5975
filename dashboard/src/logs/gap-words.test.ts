import { expect, test } from 'vitest';
import { GAP_REASONS } from '#contract/constants.ts';
import { gapInWords, reasonInWords } from './gap-words.ts';

const gap = {
  from: '2026-11-22T10:41:07.123000000Z',
  to: '2026-11-22T10:41:09.004000000Z',
  reason: 'rotated',
};

test.each([
  [
    { ...gap, lines: 1_204 },
    'lines missing here: 10:41:07.123 – 10:41:09.004, 1,204 lines, the engine rotated its log away before it was read',
  ],
  [
    { ...gap, stream: 'stderr', reason: 'spool-full', lines: 1 },
    'lines of stderr missing here: 10:41:07.123 – 10:41:09.004, 1 line, the collector dropped lines because its spool was full',
  ],
  [
    { ...gap, from: '2026-11-21T23:59:00Z', reason: 'eaten by moths' },
    'lines missing here: 2026-11-21 23:59:00.000 – 2026-11-22 10:41:09.004, eaten by moths',
  ],
  [
    { ...gap, reason: 'events-missed' },
    'events missing here: 10:41:07.123 – 10:41:09.004, the engine forgot events before they were read',
  ],
  [undefined, 'lines missing here'],
])('%j', (said, words) => expect(gapInWords(said, 'utc')).toBe(words));

test.each(Object.entries(GAP_REASONS))('the reason %s is said as the contract says it', (reason, words) => {
  expect(reasonInWords({ ...gap, reason })).toBe(words);
});

test('a reason named like a part of every object is shown as it came', () => {
  expect(reasonInWords({ ...gap, reason: 'constructor' })).toBe('constructor');
});
