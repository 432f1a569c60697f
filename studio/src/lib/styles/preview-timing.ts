/** How long each style's preview took on this server when it was made last: measured, and kept in the browser. */
import { keep, recall } from '../preferences/preferences';
import type { Style } from '../api/types';

/** Seconds by the beginning of the style file's hash: another version has another pace. */
export function paces(): Readonly<Record<string, number>> {
  return recall().paces ?? {};
}

export function paceOf(style: Style): number | null {
  return paces()[style.sha256.slice(0, 16)] ?? null;
}

export function notePace(style: Style | undefined, seconds: number): void {
  if (style && Number.isFinite(seconds)) keep({ paces: { ...paces(), [style.sha256.slice(0, 16)]: seconds } });
}
