import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanText, toSafeJson } from './terminal-text.ts';

const HARMFUL: [name: string, text: string, clean: string][] = [
  ['moves the cursor', 'a\x1b[2Ab', 'ab'],
  ['clears the screen', '\x1b[2J\x1b[Hx', 'x'],
  ['sets the title, ended by BEL', '\x1b]0;owned\x07x', 'x'],
  ['sets the title, ended by ST', '\x1b]2;owned\x1b\\x', 'x'],
  ['writes the clipboard', '\x1b]52;c;ZWNobw==\x07x', 'x'],
  ['is a link', '\x1b]8;;http://evil\x07click\x1b]8;;\x07', 'click'],
  ['asks the terminal', '\x1bP$qm\x1b\\x\x1b[6n', 'x'],
  ['uses the 8-bit forms', '\x9b2Jx\x9d0;t\x9cy', 'xy'],
  ['never ends its sequence', 'x\x1b]0;rest of the line', 'x'],
  ['resets the terminal', '\x1bcx', 'x'],
  ['ends in a bare escape', 'x\x1b', 'x'],
  ['rings and deletes', 'a\x07b\x08\x7fc\0', 'abc'],
  ['returns the carriage', 'real\rfake', 'realfake'],
  ['turns the direction around', 'a\u202eb\u2066c', 'abc'],
];

describe('cleanText', () => {
  test.each(HARMFUL)('takes out what %s', (_, text, clean) => expect(cleanText(text, true)).toBe(clean));

  test('keeps tabs and line ends', () => expect(cleanText('a\tb\nc', true)).toBe('a\tb\nc'));

  test('keeps colours where colours are wanted, and ends them', () =>
    expect(cleanText('\x1b[31mred', true)).toBe('\x1b[31mred\x1b[0m'));

  test('takes out colours where none are wanted', () =>
    expect(cleanText('\x1b[1;31mred\x1b[0m', false)).toBe('red'));

  test('leaves no control character, whatever comes', () => {
    const nasty = fc.stringMatching(/^[\x00-\x1f\x7f-\x9f\[\]P0-9;mJ\\a]{0,40}$/);
    fc.assert(
      fc.property(nasty, text => {
        const rest = cleanText(text, true).replaceAll(/\x1b\[[\d;:]*m/g, '');
        expect(rest).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
      }),
    );
  });
});

test('JSON escapes the 8-bit controls too, and stays the same JSON', () => {
  const json = toSafeJson({ m: 'a\x9bb\x1bc' });
  expect(json).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
  expect(JSON.parse(json)).toEqual({ m: 'a\x9bb\x1bc' });
});
