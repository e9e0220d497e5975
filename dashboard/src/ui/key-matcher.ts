/** Which shortcut a key press completes: single keys, keys with Shift, and sequences such as `g l`. Pure. */

/** After the first key of a sequence, how long the second may take. */
const SEQUENCE_MS = 1_000;

export type KeyPress = {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
};

export type KeyMatcher = {
  /** @param atMs any clock that only moves forward. */
  match: <T extends { keys: string }>(
    press: KeyPress,
    shortcuts: readonly T[],
    atMs: number,
  ) => T | undefined;
};

export function createKeyMatcher(): KeyMatcher {
  let prefix = '';
  let prefixAtMs = 0;
  return {
    match(press, shortcuts, atMs) {
      // Ctrl, Alt and Meta belong to the browser and the system; a lone modifier ends nothing.
      if (press.ctrlKey || press.altKey || press.metaKey || isModifier(press.key)) return undefined;
      const name = keyName(press);
      const sequence = prefix !== '' && atMs - prefixAtMs <= SEQUENCE_MS ? `${prefix} ${name}` : name;
      prefix = '';
      const found = shortcuts.find(({ keys }) => keys.split(' | ').includes(sequence));
      if (found) return found;
      if (
        sequence === name &&
        shortcuts.some(({ keys }) => keys.startsWith(`${name} `) && !keys.includes(' | '))
      ) {
        prefix = name;
        prefixAtMs = atMs;
      }
      return undefined;
    },
  };
}

const isModifier = (key: string): boolean => ['Shift', 'Control', 'Alt', 'Meta'].includes(key);

/** Letters and named keys carry `Shift+`; a sign such as `?` is typed with Shift on some keyboards and without on others. */
function keyName({ key, shiftKey }: KeyPress): string {
  if (key === ' ') return 'Space';
  const shiftable = key.length > 1 || key.toUpperCase() !== key.toLowerCase();
  return shiftKey && shiftable ? `Shift+${key.length === 1 ? key.toUpperCase() : key}` : key;
}
