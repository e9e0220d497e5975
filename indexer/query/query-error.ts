/** How a wrong query is told to people: where, what, and what to write instead. */
import { QuaylogError } from '#contract/errors.ts';

/** A corrected query longer than this would not be read; the sentence alone must do. */
const MAX_ECHO = 200;

/** `position`: zero-based offset of the character that a person should look at. `hint`: a sentence with what to write. */
export function badQuery(position: number, message: string, hint?: string): QuaylogError {
  return new QuaylogError('bad_query', message, { position, ...(hint !== undefined && { hint }) });
}

/** A hint that shows the whole query corrected. */
export function tryThis(corrected: string): string | undefined {
  const query = corrected.trim();
  return query === '' || query.length > MAX_ECHO ? undefined : `Try \`${query}\`.`;
}

/** User's text in a sentence, cut when it is long. */
export function quoted(text: string): string {
  return `\`${text.length > 40 ? `${text.slice(0, 40)}…` : text}\``;
}
