import type { ButtonHTMLAttributes } from 'react';
import styles from './button.module.css';
import { classNames } from './class-names.ts';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** No frame, for tool bars. */
  quiet?: boolean;
  primary?: boolean;
  /** Name and tooltip of a button that shows only an icon. */
  label?: string;
};

export function Button({ quiet, primary, label, className, title, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={title ?? label}
      className={classNames(styles.button, quiet && styles.quiet, primary && styles.primary, className)}
      {...rest}
    />
  );
}
