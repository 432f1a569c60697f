/** Finds the shortcut of a pressed key and runs it. */
import { shortcuts } from './registry.svelte';
import type { Shortcut } from './types';

/** Obeys the key where it is one of ours and nothing is being written. */
export function handleKeyDown(event: KeyboardEvent): void {
  const shortcut = findShortcut(event);
  if (!shortcut) return;
  event.preventDefault();
  if (!event.repeat || shortcut.onRelease === undefined) shortcut.run(event);
}

export function handleKeyUp(event: KeyboardEvent): void {
  for (const group of shortcuts.groups) {
    for (const shortcut of group.shortcuts) if (shortcut.keys.includes(event.key.toLowerCase())) shortcut.onRelease?.();
  }
}

function findShortcut(event: KeyboardEvent): Shortcut | null {
  if (event.altKey || event.defaultPrevented || isTextField(event.target) || isOverlayOpen()) return null;
  const mod = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  const name = mod ? `mod+${event.shiftKey ? 'shift+' : ''}${key}` : key;
  if (!mod && !shortcuts.lettersEnabled && key !== 'escape') return null;
  for (const group of shortcuts.groups) {
    for (const shortcut of group.shortcuts)
      if (shortcut.keys.includes(name) && (shortcut.isActive?.() ?? true)) return shortcut;
  }
  return null;
}

function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('input:not([type=radio]), textarea, select, [contenteditable]')
  );
}

/** A sheet or a menu lies over the page: keys are its own. One that is on its way out has none any more. */
function isOverlayOpen(): boolean {
  return document.querySelector('[role=dialog][data-state=open], [role=menu][data-state=open]') !== null;
}
