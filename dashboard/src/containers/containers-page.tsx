import { useCallback, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { Container } from '#contract/container.ts';
import { HostStrip } from '../hosts/host-strip.tsx';
import type { SilentHosts } from '../hosts/host-words.ts';
import { useSilentHosts } from '../hosts/use-hosts.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { FilterBox } from '../ui/filter-box.tsx';
import { LiveNote } from '../ui/live-note.tsx';
import { ProgressLine } from '../ui/progress.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import { useClock } from '../ui/use-clock.ts';
import { useUrlState } from '../ui/use-url-state.ts';
import { Waiting } from '../ui/waiting.tsx';
import { filterContainers, hostOfFilter, narrowToHost } from './container-filter.ts';
import { ContainerDrawer } from './container-drawer.tsx';
import {
  formatSort,
  groupContainers,
  isLiveSort,
  itemsOf,
  parseSort,
  sortContainers,
  type Group,
} from './container-rows.ts';
import { isLive } from './container-state.ts';
import { Counts, Toggles, type View } from './container-tools.tsx';
import { ContainerTable } from './container-table.tsx';
import styles from './containers.module.css';
import { logsHref } from './links.ts';
import { useRowWindow } from './row-window.ts';
import type { SampleHistory } from './sample-history.ts';
import { useContainers } from './use-containers.ts';
import { useGaps } from './use-gaps.ts';
import { useSampleHistory, useWatch } from './use-sample-history.ts';

/** A table sorted by a live figure is put in order this often: rows that swap places each second cannot be read. */
const REORDER_EVERY_MS = 5_000;
const HEAD_PX = 28;
const NO_CONTAINERS: Container[] = [];

export function ContainersPage() {
  const [url, setUrl] = useUrlState();
  const query = useContainers();
  const containers = query.data?.containers ?? NO_CONTAINERS;
  const history = useSampleHistory(containers);
  const view = readView(url);
  const silent = useSilentHosts();
  const groups = useGroups(containers, { view, history, silent });
  const shown = groups.reduce((count, group) => count + group.containers.length, 0);
  return (
    <main className={styles.page}>
      <h1 className="visually-hidden">Containers</h1>
      <div>
        <HostStrip
          chosen={hostOfFilter(view.filter)}
          onChoose={name => setUrl({ q: narrowToHost(view.filter, name) })}
        />
      </div>
      <div className={styles.toolbar}>
        <FilterBox
          value={view.filter}
          onChange={q => setUrl({ q })}
          label="Filter containers"
          placeholder="name, image, project, state:oom …"
        />
        <Toggles containers={containers} view={view} setUrl={setUrl} />
        <Counts containers={containers} shown={shown} silent={silent} />
        <LiveNote />
      </div>
      <ProgressLine busy={query.isFetching && !query.isPending} />
      <div className={styles.body}>
        {query.data === undefined ? (
          <div className={styles.scroll}>
            <Waiting what="The containers" query={query} lines={12} />
          </div>
        ) : shown === 0 ? (
          <div className={styles.scroll}>
            <Nothing total={containers.length} view={view} onClear={() => setUrl({ q: null, gone: null })} />
          </div>
        ) : (
          <Listed groups={groups} view={view} history={history} silent={silent} />
        )}
      </div>
    </main>
  );
}

type ListedProps = {
  groups: Group[];
  view: View;
  history: SampleHistory;
  silent: SilentHosts;
};

/** The table, and beside it the details of the container the address names. */
function Listed({ groups, view, history, silent }: ListedProps) {
  const gaps = useGaps();
  const [url, setUrl] = useUrlState();
  const [focusedId, setFocusedId] = useState<string | null>(null);
  const open = useCallback((id: string | null) => setUrl({ c: id }), [setUrl]);
  const items = useMemo(() => itemsOf(groups, view.grouping === 'project'), [groups, view.grouping]);
  const order = groups.flatMap(group => group.containers);
  const { window, scroller } = useRowWindow(items.length);
  const drawn = items.slice(window.first, window.end);
  useWatch(
    history,
    drawn.flatMap(item => (item.kind === 'row' && isLive(item.container) ? [item.container.id] : [])),
  );
  const openId = url.get('c');
  const opened = order.find(container => container.id === openId || container.name === openId);
  const tabStopId = (order.find(container => container.id === focusedId) ?? opened ?? order[0])?.id ?? null;
  useRowKeys({ order, tabStopId, onClose: () => open(null) });
  return (
    <>
      <div className={styles.scroll} ref={scroller} data-scroller>
        <ContainerTable
          items={items}
          window={window}
          sort={view.sort}
          onSort={sort => setUrl({ sort: formatSort(sort) })}
          history={history}
          openId={opened?.id ?? null}
          tabStopId={tabStopId}
          silent={silent}
          gaps={gaps}
          onOpen={open}
          onFocus={setFocusedId}
        />
      </div>
      {opened !== undefined && (
        <ContainerDrawer
          container={opened}
          silentSince={silent.get(opened.hostId)}
          gaps={gaps.get(opened.id) ?? 0}
          onClose={() => open(null)}
        />
      )}
    </>
  );
}

function readView(url: URLSearchParams): View {
  return {
    filter: url.get('q') ?? '',
    sort: parseSort(url.get('sort')),
    grouping: url.get('group') === 'none' ? 'none' : 'project',
    hidesRemoved: url.get('gone') === 'hide',
  };
}

/** Filtered, grouped, ordered. By a live figure the order is renewed every few seconds, else only when something changed. */
function useGroups(
  containers: Container[],
  { view, history, silent }: Pick<ListedProps, 'view' | 'history' | 'silent'>,
): Group[] {
  const { filter, grouping, hidesRemoved } = view;
  const { key, descending } = view.sort;
  const orderedAt = useClock(now => (isLiveSort(key) ? Math.floor(now / REORDER_EVERY_MS) : 0));
  return useMemo(() => {
    const kept = containers.filter(container => !hidesRemoved || container.state !== 'removed');
    const groups = groupContainers(filterContainers(kept, filter, silent), grouping);
    return groups.map(group => ({
      ...group,
      containers: sortContainers(group.containers, { key, descending }, history.read),
    }));
    // `orderedAt` is not read: it is the moment at which to read the history again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [containers, silent, filter, grouping, hidesRemoved, key, descending, history, orderedAt]);
}

type RowKeys = {
  order: readonly Container[];
  tabStopId: string | null;
  onClose: () => void;
};

function useRowKeys({ order, tabStopId, onClose }: RowKeys): void {
  const [, navigate] = useLocation();
  const at = order.findIndex(container => container.id === tabStopId);
  const move = (by: number) => {
    const focused = document.activeElement?.closest('[data-container]');
    // The first key goes to a row in sight; from then on they move. A neighbour of a drawn row is always drawn.
    const button = focused
      ? buttonOf(order[Math.min(order.length - 1, Math.max(0, at + by))]?.id)
      : (inSight(buttonOf(tabStopId)) ?? [...rowButtons()].find(inSight));
    button?.focus();
  };
  useShortcuts('Containers', [
    { keys: 'j | ArrowDown', does: 'Next container', run: () => move(1) },
    { keys: 'k | ArrowUp', does: 'Previous container', run: () => move(-1) },
    {
      keys: 'o',
      does: 'Its logs (Enter: its details)',
      run: () => {
        const container = order[at];
        if (container !== undefined) navigate(logsHref(container.name));
      },
    },
    { keys: 'Escape', does: 'Close the details', run: onClose },
  ]);
}

const rowButtons = () => document.querySelectorAll<HTMLElement>('[data-row-button]');

function buttonOf(id: string | null | undefined): HTMLElement | null {
  if (id === null || id === undefined) return null;
  return document.querySelector(`[data-container="${CSS.escape(id)}"] [data-row-button]`);
}

/** The button itself when its whole row can be seen below the table's head, else null. */
function inSight(button: HTMLElement | null): HTMLElement | null {
  const edges = button?.closest('[data-scroller]')?.getBoundingClientRect();
  const row = button?.closest('tr')?.getBoundingClientRect();
  if (edges === undefined || row === undefined) return null;
  return row.top >= edges.top + HEAD_PX && row.bottom <= edges.bottom ? button : null;
}

type NothingProps = { total: number; view: View; onClear: () => void };

function Nothing({ total, view, onClear }: NothingProps) {
  if (total === 0) {
    return (
      <EmptyState
        title="No container yet"
        text="Containers appear as soon as a collector reports from its engine. On this machine: npm start, or quaylog collector on each host."
      />
    );
  }
  return (
    <EmptyState
      title={view.filter === '' ? 'Only removed containers are left' : `None of ${total} containers matches`}
      text={view.filter === '' ? 'They are hidden now.' : `Nothing has “${view.filter}”.`}
    >
      <Button onClick={onClear}>Show all {total}</Button>
    </EmptyState>
  );
}
