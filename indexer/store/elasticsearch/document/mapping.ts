/**
 * How an index of ours reads its documents (document.ts makes them).
 *
 * What people see is ECS, typed as Kibana expects it. Beside it stands `quaylog`, made by us for our own questions and left
 * out of the stored document: the tokens of texts, the names and numbers of the application's fields, and the order of
 * ids. Nothing is mapped by what containers write: `dynamic` is off and their own fields are one `flattened` field.
 */
import type { estypes } from '@elastic/elasticsearch';
import { FIELDS, type Field } from '../../../query/fields.ts';

export type IndexKind = 'logs' | 'events' | 'samples';
/** Which field types beyond the common ones the server has; without them it answers the same, but slower. */
export type FieldTypes = { flattened: boolean; matchOnlyText: boolean };

type Property = estypes.MappingProperty;
type Properties = Record<string, Property>;

/** Longer values (UTF-16 units) are not indexed: such a document is put to the matcher itself. Lucene refuses 32,766 bytes. */
export const MAX_KEYWORD = 1_024;
/** How deep the application's objects may nest; the parser refuses deeper ones (parse/read-fields.ts). */
export const MAX_DEPTH = 40;
/** The root of our own fields. */
export const OWN = 'quaylog';
/** Where the whole record stands as JSON, when the document cannot hold it as it is. */
export const VERBATIM = 'verbatim';

const keyword: Property = { type: 'keyword', ignore_above: MAX_KEYWORD };
/** Only ever asked for, never shown or counted. */
const term: Property = { type: 'keyword', doc_values: false };
/** A value as it was written, where Kibana's type for the field would forget it. */
const fields = { text: keyword };
const stored: Property = { type: 'text', index: false };
/** Tokens come joined by spaces, as query/tokens.ts makes them: this analyzer only takes them apart again. */
const words = { type: 'text', analyzer: 'whitespace', norms: false } as const;

/** Fields that Kibana wants as other types than the table's, for its own functions. */
const OTHER_TYPES: Record<string, Property> = {
  '@timestamp': { type: 'date_nanos' },
  'event.created': { type: 'date_nanos', ignore_malformed: true, fields },
  'source.ip': { type: 'ip', ignore_malformed: true, fields },
  'event.original': stored,
  'error.stack_trace': stored,
};

export function mappingOf(kind: IndexKind, types: FieldTypes): estypes.MappingTypeMapping {
  return {
    dynamic: false,
    date_detection: false,
    _source: { excludes: [OWN] },
    properties: kind === 'samples' ? sampleProperties() : documentProperties(kind, types),
  };
}

function documentProperties(kind: IndexKind, types: FieldTypes): Properties {
  const properties: Properties = {};
  // The id of a document is its `_id`.
  for (const field of FIELDS) {
    if (field.name !== 'event.id') place(properties, field.name.split('.'), propertyOf(field, types));
  }
  const own: Property = types.flattened
    ? { type: 'flattened', ignore_above: MAX_KEYWORD, depth_limit: MAX_DEPTH }
    : { type: 'object', enabled: false };
  if (kind === 'logs') properties['app'] = own;
  place(properties, ['container', 'labels'], own);
  place(properties, ['event', VERBATIM], { type: 'object', enabled: false });
  return { ...properties, [OWN]: { properties: ownProperties(kind) } };
}

function propertyOf({ name, type }: Field, { matchOnlyText }: FieldTypes): Property {
  const other = OTHER_TYPES[name];
  if (other) return other;
  switch (type) {
    case 'keyword':
    case 'date':
      return keyword;
    case 'number':
      return { type: 'long', coerce: false, ignore_malformed: true, fields };
    case 'text':
      return matchOnlyText ? { type: 'match_only_text' } : { type: 'text', norms: false };
  }
}

/** `order.*` with the stamp is the order of ids; the others are told in own-fields.ts. */
function ownProperties(kind: IndexKind): Properties {
  const texts: Properties = {
    message: words,
    error_message: words,
    stack_trace: words,
    // Mostly the fields of the line over again: whether a token occurs is enough, at half the bytes.
    original: { ...words, index_options: 'docs' as const },
  };
  return {
    order: {
      properties: {
        stream: { type: 'keyword', index: false },
        ordinal: { type: 'integer', index: false },
      },
    },
    names: term,
    numbers: term,
    cut: term,
    cut_words: term,
    ...(kind === 'logs' && { words: { properties: texts } }),
  };
}

function sampleProperties(): Properties {
  const subject: Property = { properties: { id: keyword, name: keyword } };
  const reading: Property = { type: 'double' };
  return {
    '@timestamp': { type: 'date_nanos' },
    container: subject,
    host: subject,
    cpuPercent: reading,
    memoryBytes: reading,
    memoryLimitBytes: reading,
    networkRxBytes: reading,
    networkTxBytes: reading,
    blockReadBytes: reading,
    blockWriteBytes: reading,
    pids: reading,
    [VERBATIM]: { type: 'object', enabled: false },
  };
}

function place(properties: Properties, [key = '', ...below]: string[], property: Property): void {
  if (below.length === 0) {
    properties[key] = property;
    return;
  }
  const object = (properties[key] ??= { properties: {} }) as { properties: Properties };
  place(object.properties, below, property);
}
