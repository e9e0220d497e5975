import styles from './alerts.module.css';

const CLASSES: Record<string, string | undefined> = {
  critical: styles.critical,
  error: styles.error,
  warning: styles.warning,
};

/** A severity in its colour and in its word; an unknown one in grey. */
export function SeverityWord({ severity }: { severity: string }) {
  return <span className={CLASSES[severity] ?? styles.dim}>{severity}</span>;
}
