/** Terminal codes out, everything else as it is: CSI and OSC sequences, other escapes, and control signs but tab and line ends. */
const CODES =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])|[\u0000-\u0008\u000b-\u001f\u007f]/g;

export function toPlainText(text: string): string {
  return text.replace(CODES, '');
}

/** The beginning of a long text and how many characters were left out. */
export function cutText(text: string, most: number): { shown: string; more: number } {
  return text.length <= most
    ? { shown: text, more: 0 }
    : { shown: text.slice(0, most), more: text.length - most };
}
