/** Builds `dashboard/dist`, which the indexer serves under a strict CSP: no inline script, nothing from other hosts. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const INDEXER = 'http://127.0.0.1:8600';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': INDEXER,
      '/socket.io': { target: INDEXER, ws: true },
    },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Fonts and images stay files: `font-src` is 'self', without data: URLs.
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
  },
});
