/** Short ways to say what was found. */
import type { Finding } from '#contract/check-report.ts';

export const ok = (text: string): Finding => ({ verdict: 'ok', text });
export const note = (text: string, advice?: string): Finding => found('note', text, advice);
export const risk = (text: string, advice?: string): Finding => found('risk', text, advice);
export const trouble = (text: string, advice?: string): Finding => found('trouble', text, advice);

const found = (verdict: Finding['verdict'], text: string, advice?: string): Finding => ({
  verdict,
  text,
  ...(advice === undefined ? {} : { advice }),
});
