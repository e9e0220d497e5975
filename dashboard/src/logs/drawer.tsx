import { ChevronDown, ChevronUp, X } from 'lucide-react';
import type { CSSProperties, ReactNode } from 'react';
import { Link } from 'wouter';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { Button } from '../ui/button.tsx';
import { formatBytes, formatClock, formatDateTime, formatRelative } from '../ui/format.ts';
import { useNow } from '../ui/use-now.ts';
import { useZone } from '../ui/zone.ts';
import { stripeOf } from './container-stripe.ts';
import { ContextLines } from './context-lines.tsx';
import styles from './drawer.module.css';
import { eventWords } from './event-words.ts';
import { FieldTable } from './field-table.tsx';
import { linesInWords, reasonInWords } from './gap-words.ts';
import { LongText } from './long-text.tsx';
import { DETAIL_TABS, type DetailTab } from './logs-url.ts';
import { clauseState, toggleClause } from './query-text.ts';
import { recordFields } from './record-fields.ts';
import { colouredMessage } from './row-text.ts';

type DrawerProps = {
  tab: DetailTab;
  q: string;
  onTab: (tab: DetailTab) => void;
  onQuery: (q: string) => void;
  onMove: (by: -1 | 1) => void;
  onClose: () => void;
};

const TAB_NAMES: Record<DetailTab, string> = {
  fields: 'Fields',
  json: 'JSON',
  raw: 'Raw',
  context: 'Context',
};

/** Everything about one line, beside the list. */
export function RecordDrawer({ record, ...rest }: DrawerProps & { record: LogRecord }) {
  const { tab, q, onTab, onQuery } = rest;
  const level = record.log.level;
  return (
    <Frame
      stamp={record['@timestamp']}
      name={record.container.name}
      badge={level ?? 'no level'}
      color={level ? `var(--${level})` : 'var(--dim)'}
      {...rest}
      tabs={
        <div className={styles.tabs} role="tablist" aria-label="Views of this line">
          {DETAIL_TABS.map(name => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={name === tab}
              onClick={() => onTab(name)}
            >
              {TAB_NAMES[name]}
            </button>
          ))}
        </div>
      }
    >
      {tab === 'fields' && <Fields record={record} q={q} onQuery={onQuery} />}
      {tab === 'json' && (
        <LongText
          heading="RECORD AS JSON"
          text={JSON.stringify(record, null, 2)}
          key={record.event.id}
          isRaw
        />
      )}
      {tab === 'raw' && (
        <LongText
          heading="AS THE ENGINE GAVE IT"
          text={record.event.original ?? record.message}
          key={record.event.id}
          isRaw
        />
      )}
      {tab === 'context' && <ContextLines record={record} />}
    </Frame>
  );
}

function Fields({ record, q, onQuery }: { record: LogRecord; q: string; onQuery: (q: string) => void }) {
  const trace = record.error?.stack_trace;
  const { truncated, original_bytes: bytes } = record.log;
  return (
    <>
      <LongText heading="MESSAGE" text={colouredMessage(record)} key={record.event.id} />
      {truncated && (
        <p className={styles.when}>
          The line was longer than the collector takes
          {bytes === undefined ? '' : `: ${formatBytes(bytes)}`}; the rest was cut off.
        </p>
      )}
      {trace !== undefined && trace !== record.message && (
        <LongText heading="STACK TRACE" text={trace} key={`${record.event.id}-trace`} />
      )}
      <h3 className={styles.heading}>FIELDS</h3>
      <FieldTable fields={recordFields(record)} q={q} onQuery={onQuery} />
    </>
  );
}

/** What happened to a container, with the way to its story. */
export function EventDrawer({
  event,
  events,
  ...rest
}: DrawerProps & { event: ContainerEvent; events: readonly ContainerEvent[] }) {
  const words = eventWords(event, events, useZone());
  const color = words.tone === 'quiet' ? 'var(--dim)' : `var(--${words.tone})`;
  return (
    <Frame
      stamp={event['@timestamp']}
      name={event.container.name}
      badge={event.event.action}
      color={color}
      {...rest}
      tabs={<div className={styles.tabs} />}
    >
      <p className={styles.cause} style={{ color }}>
        {words.glyph} {event.container.name} {words.text}
      </p>
      {event.death && <p className={styles.cause}>{event.death.cause}</p>}
      {event.gap && <GapFacts gap={event.gap} q={rest.q} onQuery={rest.onQuery} />}
      <Link href={`/timeline?event=${encodeURIComponent(event.event.id)}`}>
        Its story: memory, last lines, what came after →
      </Link>
      <LongText heading="EVENT AS JSON" text={JSON.stringify(event, null, 2)} key={event.event.id} isRaw />
    </Frame>
  );
}

type GapFactsProps = Pick<DrawerProps, 'q' | 'onQuery'> & { gap: NonNullable<ContainerEvent['gap']> };

function GapFacts({ gap, q, onQuery }: GapFactsProps) {
  const zone = useZone();
  const onlyGaps = { field: 'action', value: 'log-gap' };
  return (
    <>
      <dl className={styles.gapFacts}>
        <dt>From</dt>
        <dd>{formatDateTime(gap.from, zone)}</dd>
        <dt>To</dt>
        <dd>{formatDateTime(gap.to, zone)}</dd>
        <dt>Lines</dt>
        <dd>{linesInWords(gap) ?? 'nobody can know how many'}</dd>
        {gap.stream !== undefined && (
          <>
            <dt>Stream</dt>
            <dd>{gap.stream}</dd>
          </>
        )}
        <dt>Why</dt>
        <dd>
          {reasonInWords(gap)} <code>{gap.reason}</code>
        </dd>
      </dl>
      {clauseState(q, onlyGaps) !== 'included' && (
        <p className={styles.gapLink}>
          <Button onClick={() => onQuery(toggleClause(q, onlyGaps))}>All gaps of this time range</Button>
        </p>
      )}
    </>
  );
}

type FrameProps = DrawerProps & {
  stamp: string;
  name: string;
  badge: string;
  color: string;
  tabs: ReactNode;
  children: ReactNode;
};

function Frame({ stamp, name, badge, color, tabs, children, onMove, onClose }: FrameProps) {
  const zone = useZone();
  const now = useNow(1_000);
  return (
    <aside
      className={styles.drawer}
      aria-label="Details of the selected row"
      style={{ '--level': color, '--stripe': stripeOf(name) } as CSSProperties}
    >
      <div className={styles.head}>
        <span className={styles.badge}>{badge}</span>
        <span className={styles.name} title={name}>
          {name}
        </span>
        <time
          className={styles.when}
          title={`${formatDateTime(stamp, zone)}\n${stamp} (UTC)\n${formatRelative(Date.parse(stamp), now)}`}
        >
          {formatClock(stamp, zone)}
        </time>
        <span>
          <Button quiet label="Previous row (k)" onClick={() => onMove(-1)}>
            <ChevronUp size={14} />
          </Button>
          <Button quiet label="Next row (j)" onClick={() => onMove(1)}>
            <ChevronDown size={14} />
          </Button>
          <Button quiet label="Close (Esc)" onClick={onClose}>
            <X size={14} />
          </Button>
        </span>
      </div>
      {tabs}
      <div className={styles.body}>{children}</div>
    </aside>
  );
}
