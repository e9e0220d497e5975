import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import styles from './side-panel.module.css';

type SidePanelProps = {
  label: string;
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
};

/** The right part of a page: what was chosen on the left, with a head that stays. Esc is the page's own shortcut. */
export function SidePanel({ label, title, onClose, children }: SidePanelProps) {
  return (
    <aside className={styles.panel} aria-label={label}>
      <div className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
        <Button quiet label="Close (Esc)" onClick={onClose}>
          <X size={15} />
        </Button>
      </div>
      <div className={styles.body}>{children}</div>
    </aside>
  );
}

/** A part of the panel under a small grey head. */
export function PanelSection({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={styles.section}>
      <h3>
        <span>{title}</span>
        {aside}
      </h3>
      {children}
    </section>
  );
}
