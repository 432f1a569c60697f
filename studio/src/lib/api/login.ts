/** The way in to a server that asks for its token. */
import { API_ROOT, request } from './request';

/** Shows the server its token; its answer is a cookie, which the page never sees. */
export async function login(token: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  await request(`${API_ROOT}/login`, { method: 'POST', headers, body: JSON.stringify({ token }) });
}
