/** All keyboard shortcuts, as the pages register them: a neutral table that knows no page. */
import { loadPreferences, savePreferences } from '../preferences/preferences';
import type { ShortcutGroup } from './types';

class Shortcuts {
  groups = $state.raw<readonly ShortcutGroup[]>([]);
  /** Whether keys without Ctrl or the Mac's command key do anything. */
  lettersEnabled = $state(loadPreferences().letters ?? true);
  /** The list of all keys is open. */
  listOpen = $state(false);

  /** Adds these groups after those that are there; one that is there already is replaced. */
  register(groups: readonly ShortcutGroup[]): void {
    const labels = new Set(groups.map((group) => group.label));
    this.groups = [...this.groups.filter((group) => !labels.has(group.label)), ...groups];
  }

  setLettersEnabled(lettersEnabled: boolean): void {
    this.lettersEnabled = lettersEnabled;
    savePreferences({ letters: lettersEnabled });
  }
}

export const shortcuts = new Shortcuts();
