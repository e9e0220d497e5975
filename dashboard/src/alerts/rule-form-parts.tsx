import { X } from 'lucide-react';
import type { DeathClass } from '#contract/container-event.ts';
import { deathInWords } from '../containers/container-state.ts';
import { Button } from '../ui/button.tsx';
import { Sentence } from '../ui/sentence.tsx';
import { emptyNotifier, RULE_CLASSES, type NotifierDraft } from './rule-draft.ts';
import styles from './rule-form.module.css';

type CausePickerProps = { classes: readonly DeathClass[]; onChange: (classes: DeathClass[]) => void };

/** How it died; none chosen means whatever the cause. */
export function CausePicker({ classes, onChange }: CausePickerProps) {
  return (
    <fieldset className={styles.causes}>
      <legend>How it died</legend>
      {RULE_CLASSES.map(one => (
        <label key={one} className={styles.check}>
          <input
            type="checkbox"
            checked={classes.includes(one)}
            onChange={event =>
              onChange(event.target.checked ? [...classes, one] : classes.filter(other => other !== one))
            }
          />{' '}
          {deathInWords(one)}
        </label>
      ))}
      {classes.length === 0 && (
        <p className={styles.hint}>None chosen: whatever the cause, even a clean end.</p>
      )}
    </fieldset>
  );
}

type NotifierFieldsProps = {
  notify: readonly NotifierDraft[];
  error: string | undefined;
  onChange: (notify: NotifierDraft[]) => void;
};

const MOST_TARGETS = 10;

/** Who is told: one line a target. */
export function NotifierFields({ notify, error, onChange }: NotifierFieldsProps) {
  const change = (at: number, part: Partial<NotifierDraft>) =>
    onChange(notify.map((notifier, index) => (index === at ? { ...notifier, ...part } : notifier)));
  return (
    <fieldset className={styles.targets}>
      <legend>Tell</legend>
      {notify.map((notifier, index) => (
        <NotifierLine
          key={index}
          notifier={notifier}
          isInvalid={error !== undefined}
          onChange={part => change(index, part)}
          onRemove={() => onChange(notify.filter((_, other) => other !== index))}
        />
      ))}
      {error !== undefined && (
        <p className={styles.error} role="alert">
          <Sentence text={error} />
        </p>
      )}
      <Button
        quiet
        disabled={notify.length >= MOST_TARGETS}
        onClick={() => onChange([...notify, emptyNotifier()])}
      >
        + another target
      </Button>
    </fieldset>
  );
}

type NotifierLineProps = {
  notifier: NotifierDraft;
  isInvalid: boolean;
  onChange: (part: Partial<NotifierDraft>) => void;
  onRemove: () => void;
};

function NotifierLine({ notifier, isInvalid, onChange, onRemove }: NotifierLineProps) {
  return (
    <div className={styles.target}>
      <select
        aria-label="Kind of target"
        value={notifier.type}
        onChange={event => onChange({ type: event.target.value === 'slack' ? 'slack' : 'webhook' })}
      >
        <option value="webhook">webhook</option>
        <option value="slack">Slack</option>
      </select>
      <input
        aria-label="Address of the target"
        aria-invalid={isInvalid}
        type="url"
        value={notifier.url}
        placeholder="https://hooks.example.com/containers"
        autoComplete="off"
        onChange={event => onChange({ url: event.target.value })}
      />
      <Button quiet label="Remove this target" onClick={onRemove}>
        <X size={14} />
      </Button>
      {notifier.type === 'webhook' && (
        <input
          className={styles.secret}
          aria-label="Signing secret"
          type="password"
          value={notifier.secret}
          placeholder={
            notifier.hasSecret ? 'signed; empty keeps its secret' : 'signing secret: whsec_… (optional)'
          }
          autoComplete="new-password"
          onChange={event => onChange({ secret: event.target.value })}
        />
      )}
    </div>
  );
}
