/**
 * Text that a container wrote, made harmless for a terminal: whoever prints a line must not move our cursor, set the
 * title, fill the clipboard or turn the reading direction around.
 */

/** CSI, then the string sequences (OSC, DCS, SOS, PM, APC) up to their end or to the end of the line, then two-byte escapes. */
const ESCAPES =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g;

const COLOUR = /^\x1b\[[\d;:]*m$/;

/** Controls left over, and the characters that turn the direction of text around. */
const CONTROLS = /(?!\x1b\[[\d;:]*m)[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

const RESET = '\x1b[0m';

/** `colour`: whether the text's own colours may stay; then it ends with a reset if it had any. */
export function cleanText(text: string, colour: boolean): string {
  const escaped = text.replace(ESCAPES, sequence => (colour && COLOUR.test(sequence) ? sequence : ''));
  const clean = escaped.replace(CONTROLS, '');
  return clean.includes('\x1b[') ? clean + RESET : clean;
}

/** JSON for a terminal or a pipe: JSON escapes C0 by itself, this escapes C1 too. */
export function toSafeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f]/g,
    control => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
