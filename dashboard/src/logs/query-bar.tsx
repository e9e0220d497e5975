import { X } from 'lucide-react';
import { useRef, useState, type RefObject } from 'react';
import type { ApiError } from '../api/client.ts';
import { Button } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { Sentence } from '../ui/sentence.tsx';
import type { LogsState } from './logs-url.ts';
import styles from './query-bar.module.css';
import { queryTokens, type QueryToken } from './query-text.ts';
import { TimePicker } from './time-picker.tsx';

type QueryBarProps = {
  state: LogsState;
  error: ApiError | null;
  input: RefObject<HTMLInputElement | null>;
  onChange: (change: Partial<LogsState>) => void;
};

/** The question: query, time range, live or not. Enter asks. */
export function QueryBar({ state, error, input, onChange }: QueryBarProps) {
  return (
    <div className={styles.bar} role="search">
      {/* A query set from elsewhere, by a facet or by the address, replaces what was typed. */}
      <QueryField key={state.q} asked={state.q} error={error} input={input} onAsk={q => onChange({ q })} />
      <TimePicker
        range={state}
        onChange={range => onChange({ ...range, live: state.live && range.to === 'now' })}
      />
      <Button
        className={styles.live}
        aria-pressed={state.live}
        title={state.live ? 'New lines come in as they are written' : 'Show new lines as they are written'}
        onClick={() => onChange(state.live ? { live: false } : liveAgain(state))}
      >
        ● Live
      </Button>
    </div>
  );
}

/** Following needs a range that ends now. */
const liveAgain = ({ from, to }: LogsState): Partial<LogsState> =>
  to === 'now' ? { live: true } : { live: true, to: 'now', from: from.startsWith('now') ? from : 'now-15m' };

type QueryFieldProps = {
  asked: string;
  error: ApiError | null;
  input: RefObject<HTMLInputElement | null>;
  onAsk: (q: string) => void;
};

function QueryField({ asked, error, input, onAsk }: QueryFieldProps) {
  const [text, setText] = useState(asked);
  const paint = useRef<HTMLDivElement>(null);
  const isAsked = text.trim() === asked;
  const problem = error?.status === 400 && isAsked ? error : null;
  const follow = () => {
    if (paint.current && input.current) paint.current.scrollLeft = input.current.scrollLeft;
  };
  return (
    <>
      <div className={classNames(styles.field, problem && styles.wrong)}>
        <div className={styles.paint} ref={paint} aria-hidden="true">
          {queryTokens(text).map((token, index, all) => (
            <Token
              key={index}
              token={token}
              isWrong={problem !== null && holds(all, index, problem.position)}
            />
          ))}
          {problem?.position !== undefined && problem.position >= text.length && (
            <span className={styles.squiggle}>{'  '}</span>
          )}
        </div>
        <input
          ref={input}
          className={styles.input}
          value={text}
          onChange={event => setText(event.target.value)}
          onScroll={follow}
          onKeyUp={follow}
          onKeyDown={event => {
            if (event.key === 'Escape') event.currentTarget.blur();
            if (event.key === 'Enter') onAsk(text.trim());
          }}
          placeholder="level:error and container:web-* — or any words"
          aria-label="Query"
          aria-invalid={problem !== null}
          aria-describedby={problem ? 'query-problem' : undefined}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          maxLength={4_096}
        />
        <Hint isAsked={isAsked} isEmpty={asked === ''} onClear={() => onAsk('')} />
      </div>
      {problem && <Problem error={problem} />}
    </>
  );
}

/** At the right end of the field: what a key or a click does now. */
function Hint({ isAsked, isEmpty, onClear }: { isAsked: boolean; isEmpty: boolean; onClear: () => void }) {
  return (
    <div className={styles.hint}>
      {!isAsked && <span>↵ search</span>}
      {isAsked && isEmpty && <span>/</span>}
      {isAsked && !isEmpty && (
        <button type="button" aria-label="Clear the query" title="Clear the query" onClick={onClear}>
          <X size={13} />
        </button>
      )}
    </div>
  );
}

const Problem = ({ error }: { error: ApiError }) => (
  <p className={styles.problem} id="query-problem" role="alert">
    <b>
      <Sentence text={error.message} />
    </b>
    {error.hint !== undefined && (
      <span>
        <Sentence text={error.hint} />
      </span>
    )}
  </p>
);

const Token = ({ token, isWrong }: { token: QueryToken; isWrong: boolean }) => (
  <span
    className={classNames(styles[token.kind === 'field' ? 'name' : token.kind], isWrong && styles.squiggle)}
  >
    {token.text}
  </span>
);

/** Whether the token at `index` is the one that `position` points into. */
function holds(tokens: readonly QueryToken[], index: number, position: number | undefined): boolean {
  if (position === undefined) return false;
  const start = tokens.slice(0, index).reduce((sum, { text }) => sum + text.length, 0);
  return position >= start && position < start + (tokens[index]?.text.length ?? 0);
}
