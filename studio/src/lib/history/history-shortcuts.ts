/** The keys of the history: from picture to picture, and for each what its menu does. */
import { base } from '$app/paths';
import { page } from '$app/state';
import type { ShortcutGroup } from '../shortcuts/types';
import { redo, deletePictures, toggleStar, undo } from './history-actions';
import { downloadPicture } from './reopen';
import { selection } from './selection.svelte';
import { history } from './history.svelte';

const isHere = () => page.url.pathname === `${base}/history/`;
const hasTargets = () => isHere() && selection.targets.length > 0;
const canMove = () =>
  isHere() && history.visible.length > 0 && (document.activeElement === document.body || isPictureFocused());

export const HISTORY_SHORTCUTS: ShortcutGroup = {
  label: 'nav.history',
  shortcuts: [
    {
      keys: ['arrowleft', 'arrowup', 'arrowdown', 'arrowright'],
      label: 'keys.history.move',
      isActive: canMove,
      run: focusNext,
    },
    { keys: ['enter'], label: 'history.open', isActive: () => false, run: () => undefined },
    { keys: ['/'], label: 'history.find', isActive: isHere, run: () => document.getElementById('words')?.focus() },
    {
      keys: ['x'],
      label: 'keys.history.choose',
      isActive: () => isHere() && selection.focusedId !== '',
      run: () => selection.toggle(selection.focusedId),
    },
    { keys: ['mod+a'], label: 'history.choose.all', isActive: isHere, run: () => selection.selectAll() },
    {
      keys: ['escape'],
      label: 'history.choose.none',
      isActive: () => isHere() && selection.ids.size > 0,
      run: () => selection.clear(),
    },
    { keys: ['f'], label: 'history.star', isActive: hasTargets, run: () => void toggleStar(selection.targets) },
    { keys: ['m'], label: 'history.move', isActive: hasTargets, run: () => (selection.toMove = selection.targets) },
    { keys: ['d'], label: 'keys.save', isActive: hasTargets, run: downloadTarget },
    { keys: ['delete', 'backspace'], label: 'history.delete', isActive: hasTargets, run: deleteTargets },
    { keys: ['mod+z'], label: 'do.undo', isActive: isHere, run: () => void undo() },
    { keys: ['mod+shift+z', 'mod+y'], label: 'do.redo', isActive: isHere, run: () => void redo() },
  ],
};

function isPictureFocused(): boolean {
  return Boolean(document.activeElement?.closest('article'));
}

/** To the next picture in this direction: along the row, or to the nearest in the row above or below. */
function focusNext({ key }: KeyboardEvent): void {
  const all = [...document.querySelectorAll<HTMLElement>('.pictures .open')];
  const index = all.findIndex((each) => each.closest('article')?.dataset.id === selection.focusedId);
  const current = all[index];
  const next =
    current && document.activeElement !== document.body ? findNeighbour(all, index, key) : (current ?? all[0]);
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

function findNeighbour(all: readonly HTMLElement[], index: number, key: string): HTMLElement | undefined {
  if (key === 'ArrowLeft') return all[index - 1];
  if (key === 'ArrowRight') return all[index + 1];
  const box = all[index]?.getBoundingClientRect();
  if (!box) return undefined;
  const middle = box.x + box.width / 2;
  const down = key === 'ArrowDown' ? 1 : -1;
  const others = all
    .map((each) => ({ each, box: each.getBoundingClientRect() }))
    .filter((other) => (other.box.y - box.y) * down > 8);
  const row = Math.min(...others.map((other) => (other.box.y - box.y) * down));
  const inRow = others.filter((other) => (other.box.y - box.y) * down < row + 8);
  const getDistance = (other: DOMRect) => Math.abs(other.x + other.width / 2 - middle);
  return inRow.sort((one, other) => getDistance(one.box) - getDistance(other.box))[0]?.each;
}

function downloadTarget(): void {
  const [picture] = selection.targets;
  if (picture) void downloadPicture(picture, picture.settings.format);
}

/** The keys go on to the next picture that stays. */
function deleteTargets(): void {
  const deleted = new Set(selection.targets.map((picture) => picture.id));
  const last = Math.max(...history.visible.map((picture, index) => (deleted.has(picture.id) ? index : -1)));
  const next =
    history.visible.slice(last).find((picture) => !deleted.has(picture.id)) ??
    history.visible.findLast((picture) => !deleted.has(picture.id));
  deletePictures(selection.targets);
  selection.clear();
  selection.focusedId = next?.id ?? '';
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(`article[data-id="${selection.focusedId}"] .open`)?.focus(),
  );
}
