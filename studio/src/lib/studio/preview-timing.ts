/** How long each style's preview took on this server when it was made last: measured, and kept in the browser. */
import { savePreferences, loadPreferences } from '../preferences/preferences';
import type { Style } from '../api/types';

/** Seconds by the beginning of the style file's hash: another version has another time. */
export function loadTimings(): Readonly<Record<string, number>> {
  return loadPreferences().paces ?? {};
}

export function getPreviewSeconds(style: Style): number | null {
  return loadTimings()[style.sha256.slice(0, 16)] ?? null;
}

export function savePreviewSeconds(style: Style | undefined, seconds: number): void {
  if (style && Number.isFinite(seconds))
    savePreferences({ paces: { ...loadTimings(), [style.sha256.slice(0, 16)]: seconds } });
}
