/** The styles of the server: listed, added, removed, put in another order. Knows the API, and no page. */
import { API_ROOT, request, type RequestOptions } from './request';
import type { Style, StyleDetails } from './types';

export async function listStyles(): Promise<Style[]> {
  return ((await (await request(`${API_ROOT}/styles`)).json()) as { styles: Style[] }).styles;
}

/** All that a style's file says. */
export async function getStyle(name: string, options: RequestOptions = {}): Promise<StyleDetails> {
  return (
    await request(`${API_ROOT}/styles/${encodeURIComponent(name)}`, { signal: options.signal }, options)
  ).json() as Promise<StyleDetails>;
}

/** The style in this file, once the server has checked it. */
export async function addStyle(file: File): Promise<Style> {
  const data = new FormData();
  data.set('file', file, file.name);
  return (await (await request(`${API_ROOT}/styles`, { method: 'POST', body: data })).json()) as Style;
}

export async function removeStyle(name: string): Promise<void> {
  await request(`${API_ROOT}/styles/${encodeURIComponent(name)}`, { method: 'DELETE' });
}

/** The order in which the person wants to see the styles, kept by the server. */
export async function orderStyles(names: readonly string[]): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  await request(`${API_ROOT}/styles/order`, { method: 'PUT', headers, body: JSON.stringify({ names }) });
}
