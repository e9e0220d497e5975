import { styledSpans } from '../logs/styled-text.ts';

/** Without terminal codes; control signs and signs that turn the direction of text become visible marks. */
export function toPlainText(text: string): string {
  return styledSpans(text)
    .map(span => span.text)
    .join('');
}

/** The beginning of a long text and how many characters were left out. */
export function cutText(text: string, most: number): { shown: string; more: number } {
  return text.length <= most
    ? { shown: text, more: 0 }
    : { shown: text.slice(0, most), more: text.length - most };
}
