import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { Header } from './header.tsx';
import { LogsPage } from './logs/logs-page.tsx';
import { EmptyState } from './ui/empty-state.tsx';
import { KeySheet } from './ui/key-sheet.tsx';
import { ProgressLine } from './ui/progress.tsx';
import { useShortcuts } from './ui/shortcuts.ts';
import { toggleTheme } from './ui/theme.ts';

const ContainersPage = lazy(() =>
  import('./containers/containers-page.tsx').then(page => ({ default: page.ContainersPage })),
);
const TimelinePage = lazy(() =>
  import('./timeline/timeline-page.tsx').then(page => ({ default: page.TimelinePage })),
);
const AlertsPage = lazy(() =>
  import('./alerts/alerts-page.tsx').then(page => ({ default: page.AlertsPage })),
);

/** The frame around the pages: header, routes, and the keys that work everywhere. */
export function App() {
  const [, navigate] = useLocation();
  useShortcuts('Everywhere', [
    { keys: 'g l', does: 'Logs', run: () => navigate('/logs') },
    { keys: 'g c', does: 'Containers', run: () => navigate('/containers') },
    { keys: 'g t', does: 'Timeline', run: () => navigate('/timeline') },
    { keys: 'g a', does: 'Alerts', run: () => navigate('/alerts') },
    { keys: 't', does: 'Dark or light theme', run: toggleTheme },
    { keys: '?', does: 'This sheet', run: () => KeySheet.open() },
  ]);
  return (
    <>
      <Header />
      <Suspense fallback={<ProgressLine busy />}>
        <Switch>
          <Route path="/">
            <Redirect to="/logs" replace />
          </Route>
          <Route path="/logs" component={LogsPage} />
          <Route path="/containers" component={ContainersPage} />
          <Route path="/containers/:rest*" component={ContainersPage} />
          <Route path="/timeline" component={TimelinePage} />
          <Route path="/timeline/:rest*" component={TimelinePage} />
          <Route path="/alerts" component={AlertsPage} />
          <Route path="/alerts/:rest*" component={AlertsPage} />
          <Route>
            <EmptyState title="There is no such page" text="The address may be mistyped." />
          </Route>
        </Switch>
      </Suspense>
      <KeySheet />
    </>
  );
}
