/** The short words at the page's foot: what was done, or why it was not. Read aloud, gone after a while. */
import type { Key } from './language.svelte';

const STAY = 5000;

interface Said {
  key: Key | null;
  values: Record<string, string | number>;
  problem: unknown;
}

export const said = $state<{ now: Said | null }>({ now: null });
let timer: ReturnType<typeof setTimeout> | undefined;

export function tell(key: Key, values: Record<string, string | number> = {}): void {
  put({ key, values, problem: null }, STAY);
}

export function complain(problem: unknown): void {
  put({ key: null, values: {}, problem }, STAY * 2);
}

export function hush(): void {
  clearTimeout(timer);
  said.now = null;
}

function put(now: Said, stay: number): void {
  clearTimeout(timer);
  said.now = now;
  timer = setTimeout(hush, stay);
}
