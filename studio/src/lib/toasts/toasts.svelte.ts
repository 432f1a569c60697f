/** The short words at the page's foot: what was done, or why it was not. Read aloud, gone after a while. */
import type { MessageKey } from '../language/language.svelte';

const DURATION = 5000;

/** What can be done about what was done: taking it back, for one. */
export interface ToastAction {
  readonly label: MessageKey;
  readonly run: () => void;
  /** Milliseconds that it stands. */
  readonly duration: number;
}

interface Toast {
  key: MessageKey | null;
  values: Record<string, string | number>;
  problem: unknown;
  action: ToastAction | null;
}

export const toast = $state<{ now: Toast | null }>({ now: null });
let timer: ReturnType<typeof setTimeout> | undefined;

export function showToast(
  key: MessageKey,
  values: Record<string, string | number> = {},
  action: ToastAction | null = null,
): void {
  show({ key, values, problem: null, action }, action?.duration ?? DURATION);
}

export function showProblem(problem: unknown): void {
  show({ key: null, values: {}, problem, action: null }, DURATION * 2);
}

export function dismissToast(): void {
  clearTimeout(timer);
  toast.now = null;
}

function show(now: Toast, duration: number): void {
  clearTimeout(timer);
  toast.now = now;
  timer = setTimeout(dismissToast, duration);
}
