/** Words, phrases and wildcards over the tokens of a text (`quaylog.words`). Pure. */
import { tokenGlobs } from '../../../query/match-text.ts';
import type { Value } from '../../../query/query-tree.ts';
import { allOf, among, anything, both, exactly, nothing, type Bounds, type ServerQuery } from './bounds.ts';
import { OWN } from '../document/mapping.ts';
import { WORDS } from '../document/own-fields.ts';
import { wildcardQuery } from './wildcard.ts';
import { beginningOf, MAX_TOKEN, termsOf } from '../document/words.ts';

/** Of a sequence with a beginning as its last token, so many continuations are tried before the matcher is asked. */
const MAX_CONTINUATIONS = 200;

/** `exists`: the documents that have the text at all. */
export function textBounds(name: string, value: Value, exists: Bounds): Bounds {
  const place = WORDS.get(name);
  // Only events have it, and they are not asked for by their texts.
  if (place === undefined) return nothing;
  const field = `${OWN}.words.${place}`;
  // Of what tells only whether a token occurs, a sequence is not known.
  const hasPositions = name !== 'event.original';
  if (value.kind === 'wildcard') return globBounds({ field, hasPositions }, tokenGlobs(value.pattern));
  const terms = termsOf(value.text);
  if (terms.length > 0) return sequence({ field, hasPositions }, terms);
  // Without a token it is looked for as it stands, which no index knows; '' stands in every text.
  return value.text === '' ? exists : both([exists, anything]);
}

type Words = { field: string; hasPositions: boolean };

function sequence({ field, hasPositions }: Words, terms: readonly string[]): Bounds {
  if (terms.length === 1) return exactly(term(field, terms));
  if (!hasPositions) return among(allOf(terms.map(one => term(field, [one]))));
  return exactly({ match_phrase: { [field]: { query: terms.join(' '), analyzer: 'whitespace' } } });
}

const term = (field: string, terms: readonly string[]): ServerQuery => ({
  term: { [field]: { value: terms.join('') } },
});

function globBounds(words: Words, globs: string[][]): Bounds {
  const [only = []] = globs;
  if (globs.length === 1) return tokenBounds(words.field, only);
  const plain = globs.every(glob => glob.length === 1);
  if (plain) return sequence(words, termsOf(globs.flat().join(' ')));
  const { maybe } = both(globs.map(glob => tokenBounds(words.field, glob)));
  return { sure: continued(words, globs), maybe };
}

/** `[['api'], ['conn', '']]` is the sequence `api conn*`. */
function continued({ field, hasPositions }: Words, globs: string[][]): ServerQuery {
  const last = globs.at(-1) ?? [];
  const [head = ''] = last;
  const before = globs.slice(0, -1);
  const isKnown = hasPositions && isBeginning(last) && head !== '' && head.length < MAX_TOKEN;
  if (!isKnown || before.some(glob => glob.length > 1)) return nothing.sure;
  const query = [...termsOf(before.flat().join(' ')), head].join(' ');
  return {
    match_phrase_prefix: {
      [field]: { query, analyzer: 'whitespace', max_expansions: MAX_CONTINUATIONS },
    },
  };
}

/** A cut token keeps its beginning; what else was in it, a pattern for more than that cannot tell. */
export const seesCutTokens = (pattern: string): boolean =>
  tokenGlobs(pattern).some(glob => glob.length > 1 && !isBeginning(glob));

const isBeginning = ([, tail, ...more]: readonly string[]): boolean => tail === '' && more.length === 0;

/** Any one token that fits. */
function tokenBounds(field: string, glob: readonly string[]): Bounds {
  const [head = ''] = glob;
  if (glob.length === 1) return exactly(term(field, termsOf(head)));
  if (glob.every(piece => piece === '')) return exactly({ exists: { field } });
  if (!isBeginning(glob)) return wildcardQuery(field, glob);
  const prefix: ServerQuery = { prefix: { [field]: { value: beginningOf(head) } } };
  return head.length < MAX_TOKEN ? exactly(prefix) : among(prefix);
}
