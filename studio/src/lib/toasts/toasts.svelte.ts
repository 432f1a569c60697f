/** The short words at the page's foot: what was done, or why it was not. Read aloud, gone after a while. */
import type { Key } from '../language/language.svelte';

const STAY = 5000;

/** What can be done about what was done: taking it back, for one. */
export interface Offer {
  readonly label: Key;
  readonly take: () => void;
  /** Milliseconds that it stands. */
  readonly stay: number;
}

interface Said {
  key: Key | null;
  values: Record<string, string | number>;
  problem: unknown;
  offer: Offer | null;
}

export const said = $state<{ now: Said | null }>({ now: null });
let timer: ReturnType<typeof setTimeout> | undefined;

export function tell(key: Key, values: Record<string, string | number> = {}, offer: Offer | null = null): void {
  put({ key, values, problem: null, offer }, offer?.stay ?? STAY);
}

export function complain(problem: unknown): void {
  put({ key: null, values: {}, problem, offer: null }, STAY * 2);
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
