/** Addresses that the server gives, as this page reaches them. */
import { base } from '$app/paths';

export function api(address: string): string {
  return address.startsWith('/') ? `${base}${address}` : address;
}
