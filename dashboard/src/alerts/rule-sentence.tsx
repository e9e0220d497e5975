import type { RuleMatch } from '#contract/rule.ts';
import styles from './alerts.module.css';
import { matchInWords } from './rule-words.ts';

/** A rule as one sentence; its query as code, because it is one. */
export function RuleSentence({ match }: { match: RuleMatch }) {
  const q = match.q?.trim() ?? '';
  return (
    <>
      When {matchInWords(match)}
      {q !== '' && (
        <>
          {' '}
          · only <code className={styles.query}>{q}</code>
        </>
      )}
    </>
  );
}
