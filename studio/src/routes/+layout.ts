/** The page is made in the browser: its language and light are the person's, and no server renders it. */
export const ssr = false;
export const prerender = true;
export const trailingSlash = 'always';
