import { useId, useState, type ReactNode } from 'react';
import type { AlertRule } from '#contract/rule.ts';
import { ApiError } from '../api/client.ts';
import { Button } from '../ui/button.tsx';
import { Sentence } from '../ui/sentence.tsx';
import { SidePanel } from '../ui/side-panel.tsx';
import { CausePicker, NotifierFields } from './rule-form-parts.tsx';
import {
  checkDraft,
  emptyDraft,
  fieldOfError,
  withoutField,
  SEVERITIES,
  toDraft,
  toInput,
  type DraftErrors,
  type RuleDraft,
  type WhenKey,
} from './rule-draft.ts';
import styles from './rule-form.module.css';
import { RuleSentence } from './rule-sentence.tsx';
import { useSaveRule } from './use-alerts.ts';

const WHEN: readonly { key: WhenKey; name: string }[] = [
  { key: 'die', name: 'a container dies' },
  { key: 'oom', name: 'a container runs out of memory' },
  { key: 'unhealthy', name: 'a container becomes unhealthy' },
  { key: 'healthy', name: 'a container becomes healthy' },
];

type RuleFormProps = { rule: AlertRule | null; onClose: () => void };

/** Makes a rule, or edits one of one's own. What the indexer objects to stands at the field it speaks of. */
export function RuleForm({ rule, onClose }: RuleFormProps) {
  const [draft, setDraft] = useState<RuleDraft>(() => (rule === null ? emptyDraft() : toDraft(rule)));
  const [checked, setChecked] = useState<DraftErrors>({});
  const save = useSaveRule(rule?.id ?? null);
  const change = (part: Partial<RuleDraft>) => {
    setDraft({ ...draft, ...part });
    setChecked({});
    save.reset();
  };
  const { errors, whole } = withServer(checked, save.error);
  const submit = () => {
    const found = checkDraft(draft);
    setChecked(found);
    if (Object.keys(found).length === 0) save.mutate(toInput(draft), { onSuccess: onClose });
  };
  return (
    <SidePanel
      label={rule === null ? 'New rule' : `Rule ${rule.name}`}
      title={rule === null ? 'New rule' : `Edit “${rule.name}”`}
      onClose={onClose}
    >
      <form
        className={styles.form}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField
          name="Name"
          value={draft.name}
          error={errors.name}
          placeholder="Shop crashed"
          onChange={name => change({ name })}
        />
        <WhenFields draft={draft} error={errors.q} change={change} />
        <NotifierFields notify={draft.notify} error={errors.notify} onChange={notify => change({ notify })} />
        <SelectField name="Severity" value={draft.severity} onChange={severity => change({ severity })}>
          {SEVERITIES.map(severity => ({ value: severity, name: severity }))}
        </SelectField>
        <TextField
          name="Quiet time per container, minutes"
          value={draft.cooldownMinutes}
          error={errors.cooldownMinutes}
          hint="At most one message in this time; every alert is recorded all the same."
          onChange={cooldownMinutes => change({ cooldownMinutes })}
        />
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={draft.enabled}
            onChange={event => change({ enabled: event.target.checked })}
          />{' '}
          Enabled
        </label>
        <p className={styles.preview}>
          <RuleSentence match={toInput(draft).match} />
        </p>
        {whole !== null && (
          <p className={styles.error} role="alert">
            <Sentence text={whole} />
          </p>
        )}
        <div className={styles.buttons}>
          <Button type="submit" primary disabled={save.isPending}>
            {save.isPending ? 'Saving …' : rule === null ? 'Create rule' : 'Save'}
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </SidePanel>
  );
}

/** The indexer's objection beside its field, or, when it speaks of none, below the form. */
function withServer(
  checked: DraftErrors,
  error: Error | null,
): { errors: DraftErrors; whole: string | null } {
  if (error === null) return { errors: checked, whole: null };
  const hint = error instanceof ApiError && error.hint !== undefined ? ` ${error.hint}` : '';
  const field = error instanceof ApiError && error.status === 400 ? fieldOfError(error.message) : null;
  if (field === null) return { errors: checked, whole: `${error.message}${hint}` };
  return { errors: { ...checked, [field]: withoutField(error.message) }, whole: null };
}

type WhenFieldsProps = {
  draft: RuleDraft;
  error: string | undefined;
  change: (part: Partial<RuleDraft>) => void;
};

function WhenFields({ draft, error, change }: WhenFieldsProps) {
  return (
    <>
      <SelectField name="When" value={draft.when} onChange={when => change({ when })}>
        {WHEN.map(({ key, name }) => ({ value: key, name }))}
      </SelectField>
      {draft.when === 'die' && (
        <CausePicker classes={draft.classes} onChange={classes => change({ classes })} />
      )}
      <TextField
        name="Only these containers"
        value={draft.q}
        error={error}
        isCode
        placeholder="container:web* and project:shop"
        hint="The query language of the Logs page over container fields. Empty: all."
        onChange={q => change({ q })}
      />
    </>
  );
}

type TextFieldProps = {
  name: string;
  value: string;
  error: string | undefined;
  hint?: string;
  placeholder?: string;
  isCode?: boolean;
  onChange: (value: string) => void;
};

function TextField({ name, value, error, hint, placeholder, isCode, onChange }: TextFieldProps) {
  const id = useId();
  return (
    <Field id={id} name={name} error={error} hint={hint}>
      <input
        id={id}
        className={isCode ? styles.code : undefined}
        value={value}
        placeholder={placeholder}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-note`}
        spellCheck={!isCode}
        autoComplete="off"
        onChange={event => onChange(event.target.value)}
      />
    </Field>
  );
}

type SelectFieldProps<T extends string> = {
  name: string;
  value: T;
  onChange: (value: T) => void;
  children: readonly { value: T; name: string }[];
};

function SelectField<T extends string>({ name, value, onChange, children }: SelectFieldProps<T>) {
  const id = useId();
  return (
    <Field id={id} name={name} error={undefined} hint={undefined}>
      <select
        id={id}
        value={value}
        onChange={event => {
          const chosen = children.find(option => option.value === event.target.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {children.map(option => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
    </Field>
  );
}

type FieldProps = {
  id: string;
  name: string;
  error: string | undefined;
  hint: string | undefined;
  children: ReactNode;
};

function Field({ id, name, error, hint, children }: FieldProps) {
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{name}</label>
      {children}
      <p id={`${id}-note`} className={error === undefined ? styles.hint : styles.error}>
        {error === undefined ? hint : <Sentence text={error} />}
      </p>
    </div>
  );
}
