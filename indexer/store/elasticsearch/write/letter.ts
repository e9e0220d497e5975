/**
 * A dead letter: a document that the server refuses, kept whole as text that nothing looks into, with the reason. It is
 * written like any document, under an id that follows from the document's, so that the same one is kept once.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Refusal } from '../server/bulk-outcome.ts';
import type { Document } from './bulk-entry.ts';

/** As it is stored. `document`: the refused source; `packed`: the same in zstd and base64, where that was too large. */
export type Letter = {
  '@timestamp': string;
  key: string;
  index: string;
  id: string;
  type: string;
  reason: string;
  document?: string;
  packed?: string;
  /** Even that was too large: of `document` only the beginning was kept. */
  is_cut?: true;
};

const unread = { type: 'object', enabled: false } as const;
const keyword = { type: 'keyword', ignore_above: 1_024 } as const;

export const deadLetterMapping = {
  dynamic: false,
  properties: {
    '@timestamp': { type: 'date' },
    key: keyword,
    index: keyword,
    id: keyword,
    type: keyword,
    reason: { type: 'text' },
    document: unread,
    packed: unread,
  },
} as const;

const MAX_REASON = 1_000;
const LEAST_CUT = 2 ** 14;

export function letterOf(
  { index, id, source }: Document,
  refusal: Refusal,
  { letters, now }: { letters: string; now: Date },
): Document {
  const key = `${index}/${id}`;
  const letter: Letter = {
    '@timestamp': now.toISOString(),
    key,
    index,
    id,
    type: refusal.type,
    reason: refusal.reason.slice(0, MAX_REASON),
    document: source,
  };
  return { index: letters, id: key, source: JSON.stringify(letter) };
}

/** A letter that is too large itself: packed, then with ever less of what it holds. Null when it is small and still refused. */
export function smallerLetter({ index, id, source }: Document): Document | null {
  const letter = JSON.parse(source) as Letter;
  const isPacked = letter.packed !== undefined;
  const document = documentOf(letter);
  if (isPacked && document.length < LEAST_CUT) return null;
  const kept = isPacked ? document.slice(0, document.length >> 1) : document;
  const smaller: Letter = {
    ...letter,
    packed: zstdCompressSync(kept).toString('base64'),
    ...(isPacked && { is_cut: true }),
  };
  delete smaller.document;
  return { index, id, source: JSON.stringify(smaller) };
}

/** The refused source, or its beginning. */
export function documentOf({ document, packed }: Letter): string {
  if (document !== undefined) return document;
  return zstdDecompressSync(Buffer.from(packed ?? '', 'base64')).toString('utf8');
}
export const deadLetterIndex = (prefix: string): string => `${prefix}-dead-letters`;
