/** Addresses that the server gives, as this page reaches them. */
import { base } from '$app/paths';

export function resolveUrl(url: string): string {
  return url.startsWith('/') ? `${base}${url}` : url;
}
