import { Eye, EyeOff, Moon, Sun } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent, type SubmitEvent } from 'react';
import { ApiError } from '../api/client.ts';
import { Logo } from '../logo.tsx';
import { Button } from '../ui/button.tsx';
import { Sentence } from '../ui/sentence.tsx';
import { toggleTheme, useTheme } from '../ui/theme.ts';
import { useNow } from '../ui/use-now.ts';
import type { SessionView } from './session.ts';
import styles from './sign-in.module.css';
import { failureInWords } from './sign-in-words.ts';
import { session } from './this-session.ts';

type Because = Extract<SessionView, { phase: 'out' }>['because'];

const GREETING: Record<Because, string> = {
  new: 'Sign in to see the logs of your containers.',
  ended: 'Your session has ended. Sign in and you are back where you were.',
  left: 'You are signed out.',
};

/** `until`: before then another try would be refused unheard. */
type Failure = { error: ApiError; until: number };

/** The password and nothing else. The address stays as it is, so that whoever comes in is on the page they asked for. */
export function SignInPage({ because }: { because: Because }) {
  const [password, setPassword] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const now = useNow(500);
  const waitMs = Math.max(0, (failure?.until ?? 0) - now);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy || waitMs > 0 || password === '') return;
    setIsBusy(true);
    try {
      await session.signIn(password);
    } catch (error) {
      setFailure(failureOf(error));
      setIsBusy(false);
      field.current?.select();
      field.current?.focus();
    }
  };
  return (
    <main className={styles.page}>
      <ThemeButton />
      <form className={styles.card} onSubmit={event => void submit(event)} aria-labelledby="sign-in-title">
        <h1 id="sign-in-title" className={styles.brand}>
          <Logo size={22} />
          Quaylog
        </h1>
        <p className={styles.greeting}>{GREETING[because]}</p>
        {/* Password managers keep a password under a name. */}
        <input type="text" name="username" autoComplete="username" value="quaylog" readOnly hidden />
        <PasswordField ref={field} value={password} isWrong={failure !== null} onChange={setPassword} />
        <div className={styles.says} role="alert">
          {failure && <Sentence text={failureInWords(failure.error, waitMs)} />}
        </div>
        <Button primary type="submit" className={styles.submit} disabled={isBusy || waitMs > 0}>
          {isBusy ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
    </main>
  );
}

function failureOf(error: unknown): Failure {
  const known =
    error instanceof ApiError ? error : new ApiError(0, { code: 'unexpected', message: String(error) });
  // Without a wait there is no clock to watch: what it said last may be half a second old.
  const { retryAfterMs } = known;
  return { error: known, until: retryAfterMs === undefined ? 0 : Date.now() + retryAfterMs };
}

type PasswordFieldProps = {
  ref: React.RefObject<HTMLInputElement | null>;
  value: string;
  isWrong: boolean;
  onChange: (value: string) => void;
};

function PasswordField({ ref, value, isWrong, onChange }: PasswordFieldProps) {
  const [isShown, setIsShown] = useState(false);
  const [hasCapsLock, setHasCapsLock] = useState(false);
  useEffect(() => ref.current?.focus(), [ref]);
  const look = (event: KeyboardEvent) => setHasCapsLock(event.getModifierState('CapsLock'));
  return (
    <>
      <div className={styles.label}>
        <label htmlFor="password">Password</label>
        <span className={styles.caps} role="status">
          {hasCapsLock && '⇪ Caps Lock is on'}
        </span>
      </div>
      <div className={styles.field}>
        <input
          id="password"
          ref={ref}
          type={isShown ? 'text' : 'password'}
          name="password"
          autoComplete="current-password"
          autoCapitalize="off"
          spellCheck={false}
          required
          maxLength={1_024}
          aria-invalid={isWrong}
          value={value}
          onChange={event => onChange(event.target.value)}
          onKeyDown={look}
          onKeyUp={look}
          onBlur={() => setHasCapsLock(false)}
        />
        <Button
          quiet
          label={isShown ? 'Hide the password' : 'Show the password'}
          aria-pressed={isShown}
          onClick={() => setIsShown(!isShown)}
        >
          {isShown ? <EyeOff size={15} /> : <Eye size={15} />}
        </Button>
      </div>
    </>
  );
}

function ThemeButton() {
  const theme = useTheme();
  return (
    <Button
      quiet
      className={styles.theme}
      onClick={toggleTheme}
      label={theme === 'dark' ? 'Light theme' : 'Dark theme'}
    >
      {theme === 'dark' ? <Sun size={15} /> : <Moon size={15} />}
    </Button>
  );
}
