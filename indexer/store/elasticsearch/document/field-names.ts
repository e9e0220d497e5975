/** Names of fields as documents hold them: bytes made once, and found by the keys that lead to them. */
import { FIELDS, type Field } from '../../../query/fields.ts';
import { isPlainKey, MAX_NAME, OWN_ROOTS, WORDS } from './own-fields.ts';

/**
 * A name of a field. `json`: as an element of a list, with its comma. `seen`: the number of the last list that has it.
 */
export type Name = { text: string; json: Uint8Array; seen: number };

/**
 * A field of our own format, or what leads to some. `key`: as a member's, with its colon. `own`: what is below has names of
 * others' choice. `wordsKey`: of a text, where its terms stand. `isLeftOut`: it is no part of a document. `isShared`: one of `SHARED`.
 */
export type FieldNode = {
  key: Uint8Array;
  below: Map<string, FieldNode>;
  isLeftOut: boolean;
  isShared: boolean;
  field?: Field;
  name?: Name;
  own?: OwnName;
  wordsKey?: Uint8Array;
};

/** The name of a field of the application or of a label, or the root of such names. */
export type OwnName = Name & { key: Uint8Array; root: string; below: Map<string, OwnName> };

/** Parts that the records of a container in a batch share, as the same objects: they are written once. */
export const SHARED = ['container', 'host', 'compose', 'service'] as const;

let lists = 0;

/** The number of a new list of names. */
export const nextList = (): number => ++lists;

/** Others choose these names: only so many are remembered. */
const MAX_REMEMBERED = 4_096;
let remembered = 0;

const keyBytes = (key: string): Uint8Array => Buffer.from(`${JSON.stringify(key)}:`);

const nameOf = (text: string): Name => ({ text, json: Buffer.from(`${JSON.stringify(text)},`), seen: 0 });

const ownNameOf = (text: string, key: string, root: string): OwnName => ({
  ...nameOf(text),
  key: keyBytes(key),
  root,
  below: new Map(),
});

/** The name below another by a key; null when an index cannot have it. */
export function ownNameBelow(above: OwnName, key: string): OwnName | null {
  const known = above.below.get(key);
  if (known !== undefined) return known;
  const text = `${above.text}.${key}`;
  if (!isPlainKey(key) || text.length > MAX_NAME) return null;
  const name = ownNameOf(text, key, above.root);
  above.below.set(key, name);
  remembered++;
  return name;
}

/** Not amid a document: names that come again are others. */
export function forgetNames(): void {
  if (remembered <= MAX_REMEMBERED) return;
  for (const root of roots) root.below.clear();
  remembered = 0;
}

const roots = OWN_ROOTS.map(root => ownNameOf(root, root, root));

const nodeOf = (key: string): FieldNode => ({
  key: keyBytes(key),
  below: new Map(),
  isLeftOut: false,
  isShared: false,
});

/** The table of fields by the keys that lead to them. */
export const FIELD_TABLE: FieldNode = createTable();

function createTable(): FieldNode {
  const table = nodeOf('');
  const find = (name: string): FieldNode => {
    let node = table;
    for (const key of name.split('.')) {
      const next = node.below.get(key) ?? nodeOf(key);
      node.below.set(key, next);
      node = next;
    }
    return node;
  };
  for (const field of FIELDS) {
    const node = find(field.name);
    node.field = field;
    node.name = nameOf(field.name);
    const place = WORDS.get(field.name);
    if (place !== undefined) node.wordsKey = keyBytes(place);
  }
  for (const root of roots) find(root.text).own = root;
  // The id and the time of a record stand for themselves.
  for (const name of ['@timestamp', 'event.id']) {
    const node = find(name);
    delete node.field;
    delete node.name;
  }
  find('event.id').isLeftOut = true;
  for (const part of SHARED) find(part).isShared = true;
  return table;
}
