/** The keys of the gallery: a style that has the keys is put in another place, or taken away. */
import { base } from '$app/paths';
import { page } from '$app/state';
import type { Style } from '../api/types';
import type { Group } from '../shortcuts/types';
import { studio } from '../studio/studio.svelte';
import { gallery } from './gallery.svelte';

const isHere = () => page.url.pathname === `${base}/styles/`;
const moves = () => isHere() && gallery.movable && meant() !== null;

export const STYLES: Group = {
  label: 'place.styles',
  strokes: [
    { keys: ['/'], label: 'styles.find', when: isHere, press: () => document.getElementById('words')?.focus() },
    { keys: ['mod+arrowleft'], label: 'styles.earlier', when: moves, press: () => step(-1) },
    { keys: ['mod+arrowright'], label: 'styles.later', when: moves, press: () => step(1) },
    { keys: ['delete', 'backspace'], label: 'styles.remove', when: () => removable(meant()), press: () => (gallery.doomed = meant()) },
    { keys: ['mod+z'], label: 'do.undo', when: isHere, press: () => gallery.undo() },
    { keys: ['mod+shift+z', 'mod+y'], label: 'do.redo', when: isHere, press: () => gallery.redo() },
  ],
};

/** The style whose tile has the focus. */
function meant(): Style | null {
  const name = document.activeElement?.closest<HTMLElement>('[data-style]')?.dataset.style;
  return studio.styles.find((style) => style.name === name) ?? null;
}

function removable(style: Style | null): boolean {
  return isHere() && style !== null && style.added;
}

function step(by: number): void {
  const style = meant();
  if (!style) return;
  gallery.step(style.name, by);
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-style="${style.name}"] .tile`)?.focus());
}
