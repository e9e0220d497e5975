import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rawSpans, stripEscapes, styledSpans } from './styled-text.ts';

const shown = (text: string) =>
  styledSpans(text).map(span =>
    span.classes.length > 0 ? `${span.classes.join(' ')}|${span.text}` : span.text,
  );

describe('styled text', () => {
  it.each([
    ['plain text', 'a <b>bold</b> claim', ['a <b>bold</b> claim']],
    ['basic colours', '\x1b[31mred\x1b[0m plain', ['red|red', ' plain']],
    ['bright colours as their own', '\x1b[1;92mok\x1b[22;39m.', ['green bold|ok', '.']],
    ['an empty SGR as a reset', '\x1b[33mw\x1b[m.', ['yellow|w', '.']],
    ['the 256 palette', '\x1b[38;5;196mx\x1b[38;5;4my', ['red|x', 'blue|y']],
    [
      'true colour, by the nearest of eight',
      '\x1b[38;2;255;140;0mx\x1b[38:2:20:200:210my',
      ['yellow|x', 'cyan|y'],
    ],
    ['greys', '\x1b[38;5;240mx\x1b[38;5;250my', ['black|x', 'white|y']],
    ['backgrounds, which are left out', '\x1b[41;37mx', ['white|x']],
    ['a window title (OSC)', '\x1b]0;owned\x07text', ['text']],
    ['a clipboard write (OSC 52)', 'a\x1b]52;c;ZXZpbA==\x1b\\b', ['a', 'b']],
    ['a link (OSC 8)', '\x1b]8;;http://x\x1b\\click\x1b]8;;\x1b\\', ['click']],
    ['cursor movement and erasing', 'a\x1b[2J\x1b[1;1Hb\x1b[Kc', ['a', 'b', 'c']],
    ['a string command that never ends', 'a\x1bPq#0;2', ['a']],
    ['a lone escape at the end', 'a\x1b', ['a', 'mark|ESC']],
    ['NUL and bell', 'a\0b\x07', ['a', 'mark|NUL', 'b', 'mark|BEL']],
    ['text that would run backwards', 'abc\u202efdp.exe', ['abc', 'mark|U+202E', 'fdp.exe']],
    ['8-bit escapes', '\x9b31mred\x9b0m', ['red|red']],
    ['tabs, kept', 'a\tb', ['a\tb']],
    ['nothing', '', []],
  ])('shows %s', (_name, text, expected) => expect(shown(text)).toEqual(expected));

  it('lets no control or direction character through, and never throws', () => {
    const unit = fc.constantFrom(
      '\x1b',
      '[',
      ']',
      '3',
      '1',
      ';',
      'm',
      '\x07',
      '\\',
      '\0',
      '\u202e',
      '\x9b',
      'é',
      '😀',
    );
    fc.assert(
      fc.property(fc.string({ unit }), text => {
        for (const span of [...styledSpans(text), ...rawSpans(text)]) {
          expect(span.text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/u);
        }
      }),
    );
  });

  it('shows the raw text with its escapes as marks', () => {
    expect(rawSpans('\x1b[31mred').map(({ text }) => text)).toEqual(['ESC', '[31mred']);
    expect(stripEscapes('\x1b[31mred\x1b[0m')).toBe('red');
  });
});
