import { Button } from './button.tsx';
import { classNames } from './class-names.ts';
import { Sentence } from './sentence.tsx';
import styles from './state-panel.module.css';

type ErrorPanelProps = {
  /** What could not be done, in words: "The timeline could not be loaded". */
  title: string;
  error: Error & { hint?: string | undefined };
  onRetry?: () => void;
};

/** Inside the panel that failed: the cause, what may help, and Retry. The rest of the page goes on. */
export function ErrorPanel({ title, error, onRetry }: ErrorPanelProps) {
  return (
    <div className={classNames(styles.panel, styles.error)} role="alert">
      <p className={styles.title}>{title}</p>
      <p className={styles.text}>
        <Sentence text={error.message} />
      </p>
      {error.hint !== undefined && (
        <p className={styles.text}>
          <Sentence text={error.hint} />
        </p>
      )}
      {onRetry && (
        <div className={styles.actions}>
          <Button onClick={onRetry}>Retry</Button>
        </div>
      )}
    </div>
  );
}
