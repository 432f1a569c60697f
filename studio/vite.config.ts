import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig, loadEnv } from 'vite';

// `npm run dev` shows the page with a Ganvas that is served beside it.
const server = loadEnv('', '.', 'GANVAS_').GANVAS_URL ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [sveltekit()],
  worker: { format: 'es' },
  build: { assetsInlineLimit: 0 },
  server: { proxy: { '/api': server } },
});
