import { classNames } from './class-names.ts';
import styles from './status-mark.module.css';

const SHAPES = {
  dot: '●',
  ring: '○',
  half: '◐',
  triangle: '▲',
  cross: '✖',
  square: '■',
  loop: '↻',
  pause: '‖',
} as const;

type StatusMarkProps = {
  tone: 'ok' | 'busy' | 'warn' | 'error' | 'fatal' | 'idle';
  shape: keyof typeof SHAPES;
  /** Read out instead of the shape; leave out where the words stand beside it. */
  label?: string;
};

/** A state by shape and colour: never by colour alone. */
export function StatusMark({ tone, shape, label }: StatusMarkProps) {
  const named =
    label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label, title: label };
  return (
    <span className={classNames(styles.mark, styles[tone])} {...named}>
      {SHAPES[shape]}
    </span>
  );
}
