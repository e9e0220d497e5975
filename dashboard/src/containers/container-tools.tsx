import type { Container } from '#contract/container.ts';
import type { SilentHosts } from '../hosts/host-words.ts';
import { Button } from '../ui/button.tsx';
import { hasMistakes, toggleWord } from './container-filter.ts';
import { summarize, type Sort } from './container-rows.ts';
import styles from './containers.module.css';

/** What the address says of the table. */
export type View = { filter: string; sort: Sort; grouping: 'project' | 'none'; hidesRemoved: boolean };

type TogglesProps = {
  containers: readonly Container[];
  view: View;
  setUrl: (changes: Record<string, string | null>) => void;
};

/** Buttons that group, hide and narrow. */
export function Toggles({ containers, view, setUrl }: TogglesProps) {
  const removed = containers.filter(container => container.state === 'removed').length;
  const isGrouped = view.grouping === 'project';
  const present = containers.filter(container => container.state !== 'removed');
  return (
    <>
      <Button aria-pressed={isGrouped} onClick={() => setUrl({ group: isGrouped ? 'none' : null })}>
        By project
      </Button>
      {removed > 0 && (
        <Button
          aria-pressed={!view.hidesRemoved}
          onClick={() => setUrl({ gone: view.hidesRemoved ? null : 'hide' })}
        >
          Removed ({removed})
        </Button>
      )}
      <WordToggle
        name="Not read"
        word="collected:no"
        count={present.filter(container => !container.collected).length}
        view={view}
        setUrl={setUrl}
      />
      <WordToggle
        name="▲ Label mistakes"
        word="mistakes:yes"
        count={present.filter(hasMistakes).length}
        view={view}
        setUrl={setUrl}
      />
    </>
  );
}

type WordToggleProps = Pick<TogglesProps, 'view' | 'setUrl'> & { name: string; word: string; count: number };

/** A word of the filter as a button; absent while no container has it. */
function WordToggle({ name, word, count, view, setUrl }: WordToggleProps) {
  const isOn = view.filter.split(/\s+/).includes(word);
  if (count === 0 && !isOn) return null;
  return (
    <Button aria-pressed={isOn} onClick={() => setUrl({ q: toggleWord(view.filter, word) })}>
      {name} ({count})
    </Button>
  );
}

type CountsProps = { containers: readonly Container[]; shown: number; silent: SilentHosts };

export function Counts({ containers, shown, silent }: CountsProps) {
  const present = containers.filter(container => container.state !== 'removed');
  const { total, running, attention, withoutData } = summarize(present, silent);
  if (containers.length === 0) return <span className={styles.counts} />;
  return (
    <span className={styles.counts} role="status">
      {shown < containers.length && `${shown} shown · `}
      {running} of {total - withoutData} running
      {withoutData > 0 && <span className={styles.warn}> · ○ {withoutData} without data</span>}
      {attention > 0 && <span className={styles.warn}> · ▲ {attention} want attention</span>}
    </span>
  );
}
