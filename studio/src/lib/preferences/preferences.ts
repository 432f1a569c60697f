/** What the page keeps of a person's wishes between visits: one small record in the browser, and nothing about them. */

export interface Kept {
  language?: 'en' | 'zh';
  light?: 'light' | 'dark';
  letters?: boolean;
  compare?: 'picture' | 'slider' | 'beside';
  /** Seconds that previews took, by style file. */
  paces?: Readonly<Record<string, number>>;
  output?: { format: string; quality: number; metadata: string | boolean };
}

const PLACE = 'ganvas.page';

export function recall(): Kept {
  try {
    return JSON.parse(localStorage.getItem(PLACE) ?? '{}') as Kept;
  } catch {
    return {};
  }
}

/** Keeps the changes beside what was kept before. A browser that keeps nothing (a private window) is no error. */
export function keep(changes: Kept): void {
  try {
    localStorage.setItem(PLACE, JSON.stringify({ ...recall(), ...changes }));
  } catch {
    return;
  }
}
