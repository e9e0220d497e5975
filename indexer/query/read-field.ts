/**
 * Reading a field of a nested document. The name of a value is the keys above it, joined with dots, wherever the dots
 * come from: `{ a: { b: 1 } }` and `{ 'a.b': 1 }` both hold `a.b`. Arrays add nothing to the name and each element is a
 * value of its own. `null`, empty arrays and empty objects are no values.
 */
import { createGlob } from './glob.ts';
import { FIELDS } from './fields.ts';

export type Leaf = string | number | boolean;

const fixedPaths = new Map(FIELDS.map(field => [field.name, field.name.split('.')]));

/** A function that gives the values of one field (a canonical name without `*`), in the order they stand. */
export function createFieldReader(field: string): (document: object) => Leaf[] {
  const fixed = fixedPaths.get(field);
  return document => {
    const leaves: Leaf[] = [];
    if (fixed) collectLeaves(follow(document, fixed), leaves);
    else visitPath(document, field, found => collectLeaves(found, leaves));
    return leaves;
  };
}

/** A function that says whether a field, or any field below it, has a value. `*` in the name is a wildcard. */
export function createFieldProbe(field: string): (document: object) => boolean {
  if (field.includes('*')) {
    const matchesName = createGlob(field.split('*'));
    const matchesBelow = createGlob(`${field}.*`.split('*'));
    return document => someLeaf(document, name => matchesName(name) || matchesBelow(name));
  }
  return document => {
    let exists = false;
    visitPath(document, field, found => (exists ||= hasLeaf(found)));
    return exists;
  };
}

/** Whether any value of a document passes; `name` is its full name. */
export function someLeaf(value: unknown, test: (name: string, leaf: Leaf) => boolean, name = ''): boolean {
  if (isLeaf(value)) return test(name, value);
  if (Array.isArray(value)) return value.some(element => someLeaf(element, test, name));
  if (!isObject(value)) return false;
  for (const [key, below] of Object.entries(value)) {
    if (someLeaf(below, test, name === '' ? key : `${name}.${key}`)) return true;
  }
  return false;
}

/** The fields of the table have neither arrays nor dotted keys on the way to them. */
function follow(document: object, path: readonly string[]): unknown {
  let value: unknown = document;
  for (const key of path) {
    if (!isObject(value)) return undefined;
    value = value[key];
  }
  return value;
}

function visitPath(value: unknown, path: string, visit: (found: unknown) => void): void {
  if (Array.isArray(value)) {
    for (const element of value) visitPath(element, path, visit);
  } else if (isObject(value)) {
    if (Object.hasOwn(value, path)) visit(value[path]);
    for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
      const key = path.slice(0, dot);
      if (Object.hasOwn(value, key)) visitPath(value[key], path.slice(dot + 1), visit);
    }
  }
}

function collectLeaves(value: unknown, leaves: Leaf[]): void {
  if (isLeaf(value)) leaves.push(value);
  else if (Array.isArray(value)) for (const element of value) collectLeaves(element, leaves);
}

function hasLeaf(value: unknown): boolean {
  return someLeaf(value, () => true);
}

function isLeaf(value: unknown): value is Leaf {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
