/** The keys of the gallery: a style that has the keys is put in another place, or taken away. */
import { base } from '$app/paths';
import { page } from '$app/state';
import type { Style } from '../api/types';
import type { ShortcutGroup } from '../shortcuts/types';
import { studio } from '../studio/studio.svelte';
import { gallery } from './gallery.svelte';

const isHere = () => page.url.pathname === `${base}/styles/`;
const canMove = () => isHere() && gallery.isMovable && getFocusedStyle() !== null;

export const GALLERY_SHORTCUTS: ShortcutGroup = {
  label: 'nav.styles',
  shortcuts: [
    { keys: ['/'], label: 'styles.find', isActive: isHere, run: () => document.getElementById('words')?.focus() },
    { keys: ['mod+arrowleft'], label: 'styles.earlier', isActive: canMove, run: () => moveStyle(-1) },
    { keys: ['mod+arrowright'], label: 'styles.later', isActive: canMove, run: () => moveStyle(1) },
    {
      keys: ['delete', 'backspace'],
      label: 'styles.remove',
      isActive: () => canRemove(getFocusedStyle()),
      run: () => (gallery.toRemove = getFocusedStyle()),
    },
    { keys: ['mod+z'], label: 'do.undo', isActive: isHere, run: () => gallery.undo() },
    { keys: ['mod+shift+z', 'mod+y'], label: 'do.redo', isActive: isHere, run: () => gallery.redo() },
  ],
};

/** The style whose tile has the focus. */
function getFocusedStyle(): Style | null {
  const name = document.activeElement?.closest<HTMLElement>('[data-style]')?.dataset.style;
  return studio.styles.find((style) => style.name === name) ?? null;
}

function canRemove(style: Style | null): boolean {
  return isHere() && style !== null && style.added;
}

function moveStyle(step: number): void {
  const style = getFocusedStyle();
  if (!style) return;
  gallery.moveBy(style.name, step);
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-style="${style.name}"] .tile`)?.focus());
}
