/** What a key is and does; pages name theirs without knowing the table of all of them. */
import type { Key } from '../language/language.svelte';

export interface Stroke {
  /** As `KeyboardEvent.key`, small; `mod+` before it for Ctrl or the Mac's command key. */
  keys: readonly string[];
  label: Key;
  /** Whether it does anything now. */
  when?: () => boolean;
  press: (event: KeyboardEvent) => void;
  release?: () => void;
}

export interface Group {
  label: Key;
  strokes: readonly Stroke[];
}
