/** Escape sequences of terminals: CSI (colours, cursor), OSC (titles, links; ended by BEL or ST), and two-character ones. */
const SEQUENCE =
  /\u001b(?:\[[0-?]{0,64}[ -/]{0,4}[@-~]|\][^\u0007\u001b]{0,2048}(?:\u0007|\u001b\\)|[@-Z\\^_])/g;

/** The text without terminal escape sequences; the same string when there are none. */
export function stripAnsi(text: string): string {
  return text.includes('\u001b') ? text.replace(SEQUENCE, '') : text;
}
