import { Keyboard, LogOut, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import styles from './header.module.css';
import { HostsButton } from './hosts/hosts-button.tsx';
import { Logo } from './logo.tsx';
import { session, useSession } from './session/this-session.ts';
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
        <HostsButton />
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
        <SignOut />
      </div>
    </header>
  );
}

/** Where there is a session to end. A sign-out that failed is said: whoever leaves the desk relies on it. */
function SignOut() {
  const view = useSession();
  const [failure, setFailure] = useState<string | null>(null);
  if (view.phase !== 'in' || !view.canSignOut) return null;
  const leave = () => {
    setFailure(null);
    session.signOut().catch((error: unknown) => setFailure(error instanceof Error ? error.message : ''));
  };
  return (
    <>
      <Button quiet onClick={leave} label="Sign out">
        <LogOut size={15} />
      </Button>
      {failure !== null && (
        <span className={styles.failure} role="alert">
          You are still signed in. {failure}
        </span>
      )}
    </>
  );
}
