import { Link, Redirect, useLocation } from 'wouter';
import { LiveNote } from '../ui/live-note.tsx';
import { firingBundles } from './alert-bundles.ts';
import { AlertRows } from './alert-rows.tsx';
import styles from './alerts.module.css';
import { DeadLetters } from './dead-letters.tsx';
import { DeliveryLog } from './delivery-log.tsx';
import { RulesView } from './rules-view.tsx';
import { useAlerts, useDeadLetters } from './use-alerts.ts';

const TABS = [
  { path: '/alerts', name: 'Firing' },
  { path: '/alerts/history', name: 'History' },
  { path: '/alerts/rules', name: 'Rules' },
  { path: '/alerts/deliveries', name: 'Deliveries' },
  { path: '/alerts/dead-letters', name: 'Dead letters' },
] as const;
type TabPath = (typeof TABS)[number]['path'];

export function AlertsPage() {
  const [path] = useLocation();
  const tab = TABS.find(one => one.path === path.replace(/\/$/, ''))?.path;
  const alerts = useAlerts();
  const firing = firingBundles(alerts.data?.alerts ?? []).length;
  const refused = useDeadLetters().data?.total ?? 0;
  const counts: Partial<Record<TabPath, number>> = { '/alerts': firing, '/alerts/dead-letters': refused };
  // Most stores never refuse anything.
  const shown = TABS.filter(
    ({ path: href }) => href !== '/alerts/dead-letters' || refused > 0 || href === tab,
  );
  if (tab === undefined) return <Redirect to="/alerts" replace />;
  return (
    <main className={styles.page}>
      <h1 className="visually-hidden">Alerts</h1>
      <div className={styles.toolbar}>
        <nav className={styles.tabs} aria-label="Alerts">
          {shown.map(({ path: href, name }) => (
            <Link key={href} href={href} aria-current={href === tab ? 'page' : undefined}>
              {name}
              {(counts[href] ?? 0) > 0 && <b className={styles.count}>{counts[href]}</b>}
            </Link>
          ))}
        </nav>
        <LiveNote />
      </div>
      <Shown tab={tab} alerts={alerts} />
    </main>
  );
}

function Shown({ tab, alerts }: { tab: TabPath; alerts: ReturnType<typeof useAlerts> }) {
  switch (tab) {
    case '/alerts':
      return <AlertRows query={alerts} isHistory={false} />;
    case '/alerts/history':
      return <AlertRows query={alerts} isHistory />;
    case '/alerts/rules':
      return <RulesView />;
    case '/alerts/deliveries':
      return <DeliveryLog />;
    case '/alerts/dead-letters':
      return <DeadLetters />;
  }
}
