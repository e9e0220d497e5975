import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api/client.ts';
import { App } from './app.tsx';
import { SessionGate } from './session/session-gate.tsx';
import { onSessionEnd, session } from './session/this-session.ts';
import { applyTheme } from './ui/theme.ts';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';

applyTheme();

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      // What we asked wrongly stays wrong; what the indexer could not do now may work once more.
      retry: (failures, error) => failures < 1 && !(error instanceof ApiError && error.status < 500),
    },
  },
});

onSessionEnd(() => queryClient.clear());
void session.ask();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <SessionGate>
          <App />
        </SessionGate>
      </QueryClientProvider>
    </StrictMode>,
  );
}
