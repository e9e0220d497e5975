import { useRef } from 'react';
import styles from './filter-box.module.css';
import { useShortcuts } from './shortcuts.ts';

type FilterBoxProps = {
  value: string;
  onChange: (value: string) => void;
  label: string;
  placeholder: string;
};

/** A plain filter that acts at each key; `/` goes to it, Esc empties it, then leaves it. */
export function FilterBox({ value, onChange, label, placeholder }: FilterBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  useShortcuts('Filter', [{ keys: '/', does: label, run: () => input.current?.focus() }]);
  return (
    <input
      ref={input}
      className={styles.box}
      type="search"
      value={value}
      aria-label={label}
      placeholder={placeholder}
      spellCheck={false}
      autoComplete="off"
      maxLength={200}
      onChange={event => onChange(event.target.value)}
      onKeyDown={event => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        if (value === '') event.currentTarget.blur();
        else onChange('');
      }}
    />
  );
}
