import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

// Everything is served by Ganvas itself, and nothing is asked of anybody else: the policy says so to the browser.
const own = ['self'];

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  kit: {
    adapter: adapter({
      pages: '../ganvas/web/static',
      assets: '../ganvas/web/static',
      fallback: '404.html',
    }),
    csp: {
      mode: 'hash',
      directives: {
        'default-src': own,
        'script-src': own,
        'style-src': own,
        'style-src-attr': ['unsafe-inline'],
        'img-src': ['self', 'blob:', 'data:'],
        'connect-src': ['self', 'blob:'],
        'worker-src': own,
        'font-src': own,
        'object-src': ['none'],
        'base-uri': own,
        'form-action': own,
      },
    },
    prerender: { entries: ['*'] },
    version: { pollInterval: 0 },
  },
};
