import { sveltekit } from '@sveltejs/kit/vite';
import { loadEnv } from 'vite';
import { defineConfig } from 'vitest/config';

// `npm run dev` shows the page with a Ganvas that is served beside it.
const server = loadEnv('', '.', 'GANVAS_').GANVAS_URL ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [sveltekit()],
  worker: { format: 'es' },
  build: { assetsInlineLimit: 0 },
  server: { proxy: { '/api': server } },
  // Tests run the modules as a browser does, so that state is reactive.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
  },
});
