import { describe, expect, it } from 'vitest';
import { createKeyMatcher, type KeyPress } from './key-matcher.ts';

const press = (key: string, extra: Partial<KeyPress> = {}): KeyPress => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...extra,
});
const shortcuts = ['g c', 'c', 'j | ArrowDown', 'Shift+G', '?', 'Space'].map(keys => ({ keys }));
const run = (presses: [KeyPress, number][]) => {
  const matcher = createKeyMatcher();
  return presses.map(([key, at]) => matcher.match(key, shortcuts, at)?.keys);
};

describe('key matcher', () => {
  it.each([
    ['a single key', [[press('c'), 0]], ['c']],
    ['an alternative', [[press('ArrowDown'), 0]], ['j | ArrowDown']],
    ['a letter with Shift', [[press('G', { shiftKey: true }), 0]], ['Shift+G']],
    ['a sign, with or without Shift', [[press('?', { shiftKey: true }), 0]], ['?']],
    ['the space bar by name', [[press(' '), 0]], ['Space']],
    [
      'a sequence, without also running its last key',
      [
        [press('g'), 0],
        [press('c'), 10],
      ],
      [undefined, 'g c'],
    ],
    [
      'no sequence when the second key comes late',
      [
        [press('g'), 0],
        [press('c'), 1_500],
      ],
      [undefined, 'c'],
    ],
    ['nothing with Ctrl, Alt or Meta', [[press('c', { ctrlKey: true }), 0]], [undefined]],
    [
      'a sequence across a modifier press',
      [
        [press('g'), 0],
        [press('Shift', { shiftKey: true }), 5],
        [press('c'), 9],
      ],
      [undefined, undefined, 'g c'],
    ],
  ] as [string, [KeyPress, number][], (string | undefined)[]][])('finds %s', (_name, presses, expected) => {
    expect(run(presses)).toEqual(expected);
  });
});
