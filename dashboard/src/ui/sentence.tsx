import type { ReactNode } from 'react';

/** A sentence with what stands between backticks as code. Text only: nothing else is markup. */
export const Sentence = ({ text }: { text: string }): ReactNode =>
  text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
