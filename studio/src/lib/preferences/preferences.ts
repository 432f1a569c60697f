/** A person's preferences between visits: one small record in the browser. Its field names are those of older pages, too. */

export interface Preferences {
  language?: 'en' | 'zh';
  light?: 'light' | 'dark';
  letters?: boolean;
  compare?: 'picture' | 'slider' | 'beside';
  /** Seconds that previews took, by style file. */
  paces?: Readonly<Record<string, number>>;
  output?: { format: string; quality: number; metadata: string | boolean };
}

const STORAGE_KEY = 'ganvas.page';

export function loadPreferences(): Preferences {
  try {
    return JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}') as Preferences;
  } catch {
    return {};
  }
}

/** Saves the changes beside what was saved before. A browser that stores nothing (a private window) is no error. */
export function savePreferences(changes: Preferences): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify({ ...loadPreferences(), ...changes }));
  } catch {
    return;
  }
}
