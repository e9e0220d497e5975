import { useId, useState } from 'react';
import { classNames } from '../ui/class-names.ts';
import { StatusMark } from '../ui/status-mark.tsx';
import { useNow } from '../ui/use-now.ts';
import { useZone } from '../ui/zone.ts';
import { HostFacts, lagInWords, SpoolBar } from './host-facts.tsx';
import { isSpoolWarning, showHosts, type ShownHost } from './host-words.ts';
import styles from './hosts.module.css';
import { useHosts } from './use-hosts.ts';

type HostStripProps = {
  /** Name of the host the page is narrowed to. */
  chosen: string | null;
  /** Chosen, or with the chosen one no more. */
  onChoose: (name: string) => void;
};

/** From so many hosts on those that are well show only their name. */
const ROOM_FOR_FIGURES = 6;

type Hovered = { id: string; left: number; top: number };

/** One chip a host: which report, how late, how full; a click narrows the page to it. One host alone needs no strip. */
export function HostStrip({ chosen, onChoose }: HostStripProps) {
  const hosts = useHosts();
  const zone = useZone();
  const now = useNow(5_000);
  const tipId = useId();
  const [hovered, setHovered] = useState<Hovered | null>(null);
  if (hosts.length < 2) return null;
  const shown = showHosts(hosts, { zone, nowMs: now });
  const told = shown.find(({ host }) => host.id === hovered?.id);
  const look = (id: string, element: HTMLElement) => {
    const { left, bottom } = element.getBoundingClientRect();
    setHovered({ id, left, top: bottom });
  };
  return (
    <div className={styles.strip} role="group" aria-label="Hosts" onScroll={() => setHovered(null)}>
      {shown.map(one => (
        <button
          key={one.host.id}
          type="button"
          className={classNames(styles.chip, styles[one.tone])}
          aria-pressed={one.host.name === chosen}
          aria-describedby={told === one ? tipId : undefined}
          onClick={() => onChoose(one.host.name)}
          onPointerEnter={event => look(one.host.id, event.currentTarget)}
          onPointerLeave={() => setHovered(null)}
          onFocus={event => look(one.host.id, event.currentTarget)}
          onBlur={() => setHovered(null)}
        >
          <Chip shown={one} isRoomy={hosts.length <= ROOM_FOR_FIGURES} />
        </button>
      ))}
      {hovered && told && (
        <div
          id={tipId}
          role="tooltip"
          className={styles.tip}
          style={{ left: Math.min(hovered.left, window.innerWidth - TIP_PX - 8), top: hovered.top + 4 }}
        >
          <HostFacts shown={told} now={now} />
        </div>
      )}
    </div>
  );
}

const TIP_PX = 340;

function Chip({ shown, isRoomy }: { shown: ShownHost; isRoomy: boolean }) {
  const { host, tone, shape, flags } = shown;
  const [first, ...more] = flags;
  return (
    <>
      <StatusMark tone={tone} shape={shape} label={tone === 'ok' ? 'reporting' : 'wants attention'} />
      <span className={styles.name}>{host.name}</span>
      {first && (
        <span className={styles.flag}>
          {first.short}
          {more.length > 0 && ` +${more.length}`}
        </span>
      )}
      {isRoomy && host.connected && (
        <>
          {!first && host.lagMs !== undefined && <span className={styles.dim}>lag {lagInWords(host)}</span>}
          {host.spool && <SpoolBar spool={host.spool} isWarning={isSpoolWarning(host.spool)} />}
        </>
      )}
    </>
  );
}
