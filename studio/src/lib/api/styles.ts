/** What is done to styles on the server: one is added, taken away, put in another place. Knows the API, and no page. */
import { ask, ROOT } from './request';
import type { Style } from './types';

/** The style in this file, once the server has checked it. */
export async function addStyle(file: File): Promise<Style> {
  const data = new FormData();
  data.set('file', file, file.name);
  return (await (await ask(`${ROOT}/styles`, { method: 'POST', body: data })).json()) as Style;
}

export async function removeStyle(name: string): Promise<void> {
  await ask(`${ROOT}/styles/${encodeURIComponent(name)}`, { method: 'DELETE' });
}

/** The order in which the person wants to see the styles, kept by the server. */
export async function orderStyles(names: readonly string[]): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  await ask(`${ROOT}/styles/order`, { method: 'PUT', headers, body: JSON.stringify({ names }) });
}
