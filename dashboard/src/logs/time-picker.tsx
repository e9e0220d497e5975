import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Popover } from '../ui/popover.tsx';
import { useZone } from '../ui/zone.ts';
import { PRESETS, rangeName, readTime, resolveTime, timeName, type TimeRange } from './time-range.ts';
import styles from './time-picker.module.css';

type TimePickerProps = { range: TimeRange; onChange: (range: TimeRange) => void };

export function TimePicker({ range, onChange }: TimePickerProps) {
  const zone = useZone();
  const name = rangeName(range, zone);
  return (
    <Popover
      button={
        <>
          {name}
          <ChevronDown size={13} aria-hidden="true" />
        </>
      }
    >
      {close => {
        const choose = (next: TimeRange) => {
          close();
          onChange(next);
        };
        return (
          <div className={styles.picker}>
            <div className={styles.presets}>
              {PRESETS.map(preset => (
                <button
                  key={preset.from}
                  type="button"
                  aria-pressed={range.to === 'now' && range.from === preset.from}
                  onClick={() => choose({ from: preset.from, to: 'now' })}
                >
                  {preset.name}
                </button>
              ))}
            </div>
            <CustomRange key={`${range.from} ${range.to} ${zone}`} range={range} onChange={choose} />
          </div>
        );
      }}
    </Popover>
  );
}

/** Both ends by hand: a clock time, or date math. */
function CustomRange({ range, onChange }: TimePickerProps) {
  const zone = useZone();
  const [from, setFrom] = useState(() => timeName(range.from, zone));
  const [to, setTo] = useState(() => timeName(range.to, zone));
  const [problem, setProblem] = useState('');
  const apply = () => {
    const next = { from: readTime(from, zone), to: readTime(to, zone) };
    if (next.from === undefined || next.to === undefined) {
      setProblem(`“${next.from === undefined ? from : to}” is no time.`);
    } else if (isBackwards({ from: next.from, to: next.to })) {
      setProblem('The range ends before it begins.');
    } else onChange({ from: next.from, to: next.to });
  };
  const field = (label: string, value: string, set: (value: string) => void) => (
    <label>
      {label}
      <input
        value={value}
        spellCheck={false}
        aria-invalid={readTime(value, zone) === undefined}
        onChange={event => set(event.target.value)}
        onKeyDown={event => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          apply();
        }}
      />
    </label>
  );
  return (
    <div className={styles.custom}>
      {field('From', from, setFrom)}
      {field('To', to, setTo)}
      <p className={styles.note} role={problem === '' ? undefined : 'alert'}>
        {problem === '' ? `2026-11-22 10:41 in ${zone === 'utc' ? 'UTC' : 'local time'}, or now-2h` : problem}
      </p>
      <Button primary onClick={apply}>
        Apply
      </Button>
    </div>
  );
}

function isBackwards({ from, to }: TimeRange): boolean {
  const now = Date.now();
  return (resolveTime(from, now) ?? 0) >= (resolveTime(to, now) ?? 0);
}
