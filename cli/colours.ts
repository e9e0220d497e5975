/** Colours of the terminal output. `paint` is the identity when colours are off. */

const RESET = '\x1b[0m';
const STYLES = { dim: '2', bold: '1', red: '31', boldRed: '1;31', yellow: '33', green: '32' } as const;
export type Style = keyof typeof STYLES;

/** Codes of the 256-colour palette that keep away from red and amber: those two mean trouble. */
const CONTAINER_COLOURS = [
  33, 39, 44, 45, 69, 74, 75, 78, 79, 80, 84, 99, 105, 110, 111, 114, 117, 135, 141, 147, 177,
];

export type Paint = {
  style: (style: Style, text: string) => string;
  /** The same name has the same colour in every run. */
  container: (name: string, text: string) => string;
};

export function createPaint(enabled: boolean): Paint {
  const wrap = (code: string, text: string): string => (enabled ? `\x1b[${code}m${text}${RESET}` : text);
  return {
    style: (style, text) => wrap(STYLES[style], text),
    container: (name, text) => wrap(`38;5;${containerColour(name)}`, text),
  };
}

function containerColour(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return CONTAINER_COLOURS[(hash >>> 0) % CONTAINER_COLOURS.length] ?? 39;
}
