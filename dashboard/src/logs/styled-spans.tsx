import { classNames } from '../ui/class-names.ts';
import styles from './styled-spans.module.css';
import type { Span } from './styled-text.ts';

/** Text of containers, as text nodes only. */
export const StyledSpans = ({ spans }: { spans: readonly Span[] }) =>
  spans.map((span, index) =>
    span.classes.length === 0 ? (
      span.text
    ) : (
      <span key={index} className={classNames(...span.classes.map(name => styles[name]))}>
        {span.text}
      </span>
    ),
  );
