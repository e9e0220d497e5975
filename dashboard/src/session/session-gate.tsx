import { useEffect, useState, type ReactNode } from 'react';
import { ErrorPanel } from '../ui/error-panel.tsx';
import { ProgressLine } from '../ui/progress.tsx';
import styles from './sign-in.module.css';
import { SignInPage } from './sign-in-page.tsx';
import { session, useSession } from './this-session.ts';

const ASK_AGAIN_MS = 5_000;
/** An answer usually is there before anyone could read that it is awaited. */
const CALM_MS = 400;

/** Draws `children` for those who may see them, and nothing of them before that is known. */
export function SessionGate({ children }: { children: ReactNode }) {
  const view = useSession();
  useAskAgain(view.phase);
  switch (view.phase) {
    case 'in':
      return children;
    case 'out':
      return <SignInPage because={view.because} />;
    case 'asking':
      return <Asking />;
    case 'unreachable':
      return (
        <main className={styles.page}>
          <ErrorPanel
            title="The dashboard cannot be opened now"
            error={view.error}
            onRetry={() => void session.ask()}
          />
        </main>
      );
  }
}

/** By itself while the indexer is away; and when the reader comes back to the tab, having signed in in another one. */
function useAskAgain(phase: string): void {
  useEffect(() => {
    if (phase !== 'unreachable') return undefined;
    const timer = setInterval(() => void session.ask(), ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [phase]);
  useEffect(() => {
    if (phase !== 'out') return undefined;
    const ask = () => void session.ask();
    window.addEventListener('focus', ask);
    return () => window.removeEventListener('focus', ask);
  }, [phase]);
}

function Asking() {
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLong(true), CALM_MS);
    return () => clearTimeout(timer);
  }, []);
  return <ProgressLine busy={isLong} />;
}
