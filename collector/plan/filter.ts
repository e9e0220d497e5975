/** One entry of the settings include and exclude: `name:web*`, `image:shop/*`, `project:shop`, `label:tier=front`, `label:tier`. Pure. */
import type { Image } from '#contract/log-record.ts';

/** What a filter looks at. */
export type Subject = { name: string; image: Image; labels: Readonly<Record<string, string>> };

/** `text`: as it was written, so that people can be told which one decided. */
export type Filter = { text: string; fits: (subject: Subject) => boolean };

const PROJECT_LABELS = ['com.docker.compose.project', 'com.docker.stack.namespace'];

const LOOKS: Record<string, (glob: string) => Filter['fits']> = {
  name: glob => subject => fitsGlob(glob, subject.name),
  image: glob => {
    return ({ image: { name, tag = 'latest' } }) => fitsGlob(glob, name) || fitsGlob(glob, `${name}:${tag}`);
  },
  project: glob => {
    return ({ labels }) =>
      PROJECT_LABELS.some(label => labels[label] !== undefined && fitsGlob(glob, labels[label]));
  },
  label: text => {
    const [key, glob] = splitOnce(text, '=');
    return ({ labels }) => {
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
      return value !== undefined && (glob === undefined || fitsGlob(glob, value));
    };
  },
};

/** Null for what is none; `FILTER_FORMS` says what would be one. */
export function parseFilter(text: string): Filter | null {
  const [kind, rest = ''] = splitOnce(text, ':');
  const look = Object.hasOwn(LOOKS, kind) ? LOOKS[kind] : undefined;
  if (look === undefined || rest === '' || rest.startsWith('=')) return null;
  return { text, fits: look(rest) };
}

export const FILTER_FORMS =
  'name:web*, image:shop/*, project:shop, label:tier or label:tier=front, where * stands for any text';

function splitOnce(text: string, by: string): [string, string | undefined] {
  const at = text.indexOf(by);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** `*` stands for any text, also none; everything else for itself. Takes time in proportion to the product of both lengths at worst. */
export function fitsGlob(glob: string, text: string): boolean {
  const [head = '', ...rest] = glob.split('*');
  const tail = rest.pop();
  if (tail === undefined) return text === glob;
  if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
  let at = head.length;
  const end = text.length - tail.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
