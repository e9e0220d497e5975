import { Copy } from 'lucide-react';
import styles from './drawer.module.css';
import { toggleClause } from './query-text.ts';
import { fieldText, type RecordField } from './record-fields.ts';
import { StyledSpans } from './styled-spans.tsx';
import { rawSpans } from './styled-text.ts';

type FieldTableProps = { fields: readonly RecordField[]; q: string; onQuery: (q: string) => void };

/** Longer values are nothing one would ask for as a whole. */
const ASKABLE = 256;
const SHOWN = 2_000;

/** Every field with its value: ask for it, exclude it, copy it. */
export function FieldTable({ fields, q, onQuery }: FieldTableProps) {
  return (
    <table className={styles.table}>
      <tbody>
        {fields.map(({ name, value }) => {
          const text = fieldText(value);
          const ask = (isExcluded: boolean) =>
            onQuery(toggleClause(q, { field: name, value: text, isExcluded }));
          return (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <StyledSpans spans={rawSpans(text.slice(0, SHOWN))} />
                {text.length > SHOWN && '…'}
              </td>
              <td>
                <span className={styles.actions}>
                  {text.length <= ASKABLE && typeof value !== 'object' && (
                    <>
                      <button
                        type="button"
                        title="Only these"
                        aria-label={`Only ${name} ${text}`}
                        onClick={() => ask(false)}
                      >
                        +
                      </button>
                      <button
                        type="button"
                        title="Without these"
                        aria-label={`Without ${name} ${text}`}
                        onClick={() => ask(true)}
                      >
                        −
                      </button>
                    </>
                  )}
                  <button
                    type="button"
                    title="Copy"
                    aria-label={`Copy ${name}`}
                    onClick={() => void navigator.clipboard.writeText(text)}
                  >
                    <Copy size={11} />
                  </button>
                </span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
