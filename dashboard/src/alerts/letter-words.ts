/** The document of a dead letter, for people. It is JSON of ours, but may have been cut, and what is in it came from a container. */
import type { DeadLetter } from '#contract/dead-letter.ts';

export type LetterInWords = {
  /** Whose it is; null when the document does not tell. */
  container: string | null;
  /** Its message, or what kind of document it is. */
  text: string;
};

const LONGEST_TEXT = 200;
const LONGEST_WHOLE = 20_000;

export function letterInWords({ document }: Pick<DeadLetter, 'document'>): LetterInWords {
  const read = parsed(document);
  if (read === null) return { container: null, text: short(document) };
  const text = textAt(read, 'message') ?? textAt(read, 'event', 'action') ?? textAt(read, 'event', 'dataset');
  return { container: textAt(read, 'container', 'name'), text: short(text ?? document) };
}

/** All of it, indented, as far as a page should hold. */
export function wholeLetter({ document }: Pick<DeadLetter, 'document'>): string {
  const read = parsed(document);
  return cut(read === null ? document : JSON.stringify(read, null, 2), LONGEST_WHOLE);
}

function parsed(document: string): object | null {
  try {
    const read: unknown = JSON.parse(document);
    return typeof read === 'object' ? read : null;
  } catch {
    return null;
  }
}

function textAt(read: object, ...path: string[]): string | null {
  const found = path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    read,
  );
  return typeof found === 'string' ? found : null;
}

const short = (text: string): string => cut(text.replace(/\s+/g, ' '), LONGEST_TEXT);

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}…` : text;
