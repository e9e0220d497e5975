import { X } from 'lucide-react';
import { Fragment } from 'react';
import { Button } from './button.tsx';
import styles from './key-sheet.module.css';
import { useShortcutGroups } from './shortcuts.ts';

const ID = 'key-sheet';
const dialog = (): HTMLDialogElement | null => document.querySelector<HTMLDialogElement>(`dialog#${ID}`);

/** Every shortcut that works on this page now. `KeySheet.open()` shows it; Esc or a click beside it closes it. */
export function KeySheet() {
  const groups = useShortcutGroups();
  return (
    <dialog
      id={ID}
      className={styles.sheet}
      aria-labelledby="key-sheet-title"
      onClick={event => {
        if (event.target === event.currentTarget) event.currentTarget.close();
      }}
    >
      <div className={styles.head}>
        <h2 id="key-sheet-title">Keyboard</h2>
        <Button quiet label="Close" onClick={() => dialog()?.close()}>
          <X size={15} />
        </Button>
      </div>
      <div className={styles.groups}>
        {groups.map(group => (
          <section key={group.title} className={styles.group}>
            <h3>{group.title}</h3>
            <ul>
              {group.shortcuts.map(shortcut => (
                <li key={shortcut.keys}>
                  {shortcut.does}
                  <Keys keys={shortcut.keys} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </dialog>
  );
}
KeySheet.open = (): void => dialog()?.showModal();

const GLYPHS: Record<string, string> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  Escape: 'Esc',
  PageDown: 'PgDn',
  PageUp: 'PgUp',
  'Shift+G': 'Shift G',
};

function Keys({ keys }: { keys: string }) {
  return (
    <span className={styles.keys}>
      {keys.split(' | ').map((alternative, index) => (
        <Fragment key={alternative}>
          {index > 0 && ' or '}
          {alternative.split(' ').map(key => (
            <kbd key={key}>{GLYPHS[key] ?? key.replace('+', ' ')}</kbd>
          ))}
        </Fragment>
      ))}
    </span>
  );
}
