import { Keyboard, Moon, Sun } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import styles from './header.module.css';
import { Button } from './ui/button.tsx';
import { KeySheet } from './ui/key-sheet.tsx';
import { toggleTheme, useTheme } from './ui/theme.ts';
import { toggleZone, useZone } from './ui/zone.ts';

const PAGES = [
  { href: '/logs', name: 'Logs' },
  { href: '/containers', name: 'Containers' },
  { href: '/timeline', name: 'Timeline' },
  { href: '/alerts', name: 'Alerts' },
];

export function Header() {
  const [path] = useLocation();
  const theme = useTheme();
  const zone = useZone();
  return (
    <header className={styles.header}>
      <Link href="/logs" className={styles.brand}>
        <Logo />
        Quaylog
      </Link>
      <nav className={styles.nav} aria-label="Pages">
        {PAGES.map(page => (
          <Link
            key={page.href}
            href={page.href}
            aria-current={path.startsWith(page.href) ? 'page' : undefined}
          >
            {page.name}
          </Link>
        ))}
      </nav>
      <div className={styles.tools}>
        <Button
          quiet
          onClick={toggleZone}
          title={`Times are shown in ${zone === 'utc' ? 'UTC' : 'local time'}`}
        >
          {zone === 'utc' ? 'UTC' : 'Local'}
        </Button>
        <Button quiet onClick={toggleTheme} label={theme === 'dark' ? 'Light theme' : 'Dark theme'}>
          {theme === 'dark' ? <Sun size={15} /> : <Moon size={15} />}
        </Button>
        <Button quiet onClick={KeySheet.open} label="Keyboard shortcuts">
          <Keyboard size={16} />
        </Button>
      </div>
    </header>
  );
}

/** Three stacked containers on a quay, one of them in trouble. */
function Logo() {
  return (
    <svg width="18" height="18" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M2 3h7v3H2zM2 6.7h12v3H2zM2 10.4h9v3H2z" fill="var(--accent)" />
      <path d="M2 6.7h2.5v3H2z" fill="var(--error)" />
    </svg>
  );
}
