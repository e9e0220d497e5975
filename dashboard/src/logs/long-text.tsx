import { Copy } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { formatBytes } from '../ui/format.ts';
import styles from './drawer.module.css';
import { StyledSpans } from './styled-spans.tsx';
import { rawSpans, styledSpans } from './styled-text.ts';

const FIRST = 20_000;
/** Beyond this even a wrapped text stalls the page: then it can only be copied. */
const MOST = 500_000;

type LongTextProps = {
  heading: string;
  text: string;
  /** Escapes as marks instead of colours. */ isRaw?: boolean;
};

/** A text of any length, wrapped, a piece at first, with a way to copy all of it. */
export function LongText({ heading, text, isRaw = false }: LongTextProps) {
  const [limit, setLimit] = useState(FIRST);
  const shown = text.slice(0, limit);
  const hidden = text.length - shown.length;
  return (
    <>
      <h3 className={styles.heading}>
        {heading}
        <Button quiet label="Copy" onClick={() => void navigator.clipboard.writeText(text)}>
          <Copy size={13} />
        </Button>
      </h3>
      <pre className={styles.text}>
        <StyledSpans spans={isRaw ? rawSpans(shown) : styledSpans(shown)} />
      </pre>
      {hidden > 0 && limit < MOST && (
        <button type="button" className={styles.more} onClick={() => setLimit(MOST)}>
          … {formatBytes(hidden)} more
        </button>
      )}
      {hidden > 0 && limit >= MOST && (
        <p className={styles.when}>… {formatBytes(hidden)} more: copy it to read on.</p>
      )}
    </>
  );
}
