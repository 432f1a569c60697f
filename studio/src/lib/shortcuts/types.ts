/** What a keyboard shortcut is; pages write theirs without knowing those of the others. */
import type { MessageKey } from '../language/language.svelte';

export interface Shortcut {
  /** As `KeyboardEvent.key`, small; `mod+` before it for Ctrl or the Mac's command key. */
  keys: readonly string[];
  label: MessageKey;
  /** Whether it does anything now. */
  isActive?: () => boolean;
  run: (event: KeyboardEvent) => void;
  onRelease?: () => void;
}

export interface ShortcutGroup {
  label: MessageKey;
  shortcuts: readonly Shortcut[];
}
