import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { AlertRule } from '#contract/rule.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorPanel } from '../ui/error-panel.tsx';
import { formatDuration } from '../ui/format.ts';
import { Skeleton } from '../ui/progress.tsx';
import { Sentence } from '../ui/sentence.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import { StatusMark } from '../ui/status-mark.tsx';
import { useUrlState } from '../ui/use-url-state.ts';
import styles from './alerts.module.css';
import { RuleForm } from './rule-form.tsx';
import { RuleSentence } from './rule-sentence.tsx';
import { ORIGIN_WORDS, orderRules } from './rule-words.ts';
import { SeverityWord } from './severity-word.tsx';
import { useDeleteRule, useRules, useTestRule } from './use-alerts.ts';

/** The rules in words, and beside them the form for one's own. */
export function RulesView() {
  const [url, setUrl] = useUrlState();
  const query = useRules();
  const editId = url.get('edit');
  const edit = (id: string | null) => setUrl({ edit: id });
  useShortcuts('Rules', [{ keys: 'Escape', does: 'Close the form', run: () => edit(null) }]);
  if (query.data === undefined) {
    return query.error === null ? (
      <Skeleton lines={8} />
    ) : (
      <ErrorPanel
        title="The rules could not be loaded"
        error={query.error}
        onRetry={() => void query.refetch()}
      />
    );
  }
  const rules = orderRules(query.data.rules);
  const edited = rules.find(rule => rule.id === editId && rule.origin === 'api') ?? null;
  const isFormOpen = editId === 'new' || edited !== null;
  return (
    <div className={styles.split}>
      <div className={styles.scroll}>
        <div className={styles.intro}>
          <p className={styles.dim}>
            A rule watches container events and tells its targets. A stop that somebody asked for is never a
            crash.
          </p>
          <Button primary onClick={() => edit('new')}>
            <Plus size={14} /> New rule
          </Button>
        </div>
        {rules.length === 0 ? (
          <NoRules />
        ) : (
          <ul className={styles.rules}>
            {rules.map(rule => (
              <RuleItem
                key={rule.id}
                rule={rule}
                isEdited={rule.id === edited?.id}
                onEdit={() => edit(rule.id)}
              />
            ))}
          </ul>
        )}
      </div>
      {isFormOpen && <RuleForm key={edited?.id ?? 'new'} rule={edited} onClose={() => edit(null)} />}
    </div>
  );
}

type RuleItemProps = { rule: AlertRule; isEdited: boolean; onEdit: () => void };

function RuleItem({ rule, isEdited, onEdit }: RuleItemProps) {
  const origin = ORIGIN_WORDS[rule.origin];
  return (
    <li className={styles.rule} aria-current={isEdited || undefined}>
      <div className={styles.ruleHead}>
        <StatusMark
          tone={rule.enabled ? 'ok' : 'idle'}
          shape={rule.enabled ? 'dot' : 'ring'}
          label={rule.enabled ? 'enabled' : 'disabled'}
        />
        <h2>{rule.name}</h2>
        <span className={styles.origin} title={origin.why}>
          {origin.word}
        </span>
        <SeverityWord severity={rule.severity} />
        {!rule.enabled && <span className={styles.dim}>disabled</span>}
      </div>
      <p>
        <RuleSentence match={rule.match} />
        {rule.cooldownSeconds > 0 && (
          <span className={styles.dim}>
            {' '}
            · at most one message per container in {formatDuration(rule.cooldownSeconds * 1_000)}
          </span>
        )}
      </p>
      <Targets rule={rule} />
      {rule.origin !== 'api' && <p className={styles.dim}>Read-only. {origin.why}</p>}
      <RuleActions rule={rule} onEdit={onEdit} />
    </li>
  );
}

function Targets({ rule }: { rule: AlertRule }) {
  if (rule.notify.length === 0) {
    return (
      <p className={styles.warn}>
        ▲ Tells nobody{rule.origin === 'default' ? ': QUAYLOG_WEBHOOK_URL is not set' : ': it has no target'}.
        Its alerts are recorded all the same.
      </p>
    );
  }
  return (
    <ul className={styles.targets}>
      {rule.notify.map((notifier, index) => (
        <li key={index}>
          <span className={styles.dim}>→ {notifier.type}</span>{' '}
          <span className={styles.target}>{notifier.url}</span>
          {notifier.signed && <span className={styles.dim}> · signed</span>}
        </li>
      ))}
    </ul>
  );
}

function RuleActions({ rule, onEdit }: { rule: AlertRule; onEdit: () => void }) {
  const test = useTestRule();
  const remove = useDeleteRule();
  const [asksAgain, setAsksAgain] = useState(false);
  const problem = test.error ?? remove.error;
  return (
    <div className={styles.actions}>
      <Button disabled={test.isPending || rule.notify.length === 0} onClick={() => test.mutate(rule.id)}>
        {test.isPending ? 'Sending …' : 'Send test'}
      </Button>
      {rule.origin === 'api' && (
        <>
          <Button onClick={onEdit}>Edit</Button>
          {asksAgain ? (
            <>
              <Button
                className={styles.danger}
                disabled={remove.isPending}
                onClick={() => remove.mutate(rule.id)}
              >
                Delete for good
              </Button>
              <Button quiet onClick={() => setAsksAgain(false)}>
                Keep
              </Button>
            </>
          ) : (
            <Button quiet onClick={() => setAsksAgain(true)}>
              Delete
            </Button>
          )}
        </>
      )}
      {test.isSuccess && (
        <span className={styles.ok} role="status">
          Test sent: <Link href="/alerts/deliveries">see what came back</Link>
        </span>
      )}
      {problem !== null && (
        <span className={styles.error} role="alert">
          <Sentence text={problem.message} />
        </span>
      )}
    </div>
  );
}

function NoRules() {
  return (
    <EmptyState
      title="No webhook configured"
      text="Set QUAYLOG_WEBHOOK_URL (and QUAYLOG_WEBHOOK_SECRET to sign) and restart: rules for OOM and crash are then on by themselves. Or make a rule here."
    />
  );
}
