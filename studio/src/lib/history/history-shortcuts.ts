/** The keys of the history: one walks from picture to picture, and does with it what the menus do. */
import { base } from '$app/paths';
import { page } from '$app/state';
import type { Group } from '../shortcuts/types';
import { redo, remove, star, undo } from './history-actions';
import { download } from './reopen';
import { chosen } from './selection.svelte';
import { history } from './history.svelte';

const isHere = () => page.url.pathname === `${base}/history/`;
const means = () => isHere() && chosen.meant.length > 0;
const walks = () => isHere() && history.shown.length > 0 && (document.activeElement === document.body || onPicture());

export const HISTORY: Group = {
  label: 'place.history',
  strokes: [
    { keys: ['arrowleft', 'arrowup', 'arrowdown', 'arrowright'], label: 'keys.history.walk', when: walks, press: walk },
    { keys: ['enter'], label: 'history.open', when: () => false, press: () => undefined },
    { keys: ['/'], label: 'history.find', when: isHere, press: () => document.getElementById('words')?.focus() },
    { keys: ['x'], label: 'keys.history.choose', when: () => isHere() && chosen.at !== '', press: () => chosen.turn(chosen.at) },
    { keys: ['mod+a'], label: 'history.choose.all', when: isHere, press: () => chosen.all() },
    { keys: ['escape'], label: 'history.choose.none', when: () => isHere() && chosen.ids.size > 0, press: () => chosen.none() },
    { keys: ['f'], label: 'history.star', when: means, press: () => void star(chosen.meant) },
    { keys: ['m'], label: 'history.move', when: means, press: () => (chosen.moving = chosen.meant) },
    { keys: ['d'], label: 'keys.save', when: means, press: save },
    { keys: ['delete', 'backspace'], label: 'history.delete', when: means, press: away },
    { keys: ['mod+z'], label: 'do.undo', when: isHere, press: () => void undo() },
    { keys: ['mod+shift+z', 'mod+y'], label: 'do.redo', when: isHere, press: () => void redo() },
  ],
};

function onPicture(): boolean {
  return Boolean(document.activeElement?.closest('article'));
}

/** To the next picture in this direction: along the row, or to the nearest in the row above or below. */
function walk({ key }: KeyboardEvent): void {
  const all = [...document.querySelectorAll<HTMLElement>('.pictures .open')];
  const here = all.findIndex((each) => each.closest('article')?.dataset.id === chosen.at);
  const from = all[here];
  const next = from && document.activeElement !== document.body ? beside(all, here, key) : (from ?? all[0]);
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

function beside(all: readonly HTMLElement[], here: number, key: string): HTMLElement | undefined {
  if (key === 'ArrowLeft') return all[here - 1];
  if (key === 'ArrowRight') return all[here + 1];
  const mine = all[here]?.getBoundingClientRect();
  if (!mine) return undefined;
  const middle = mine.x + mine.width / 2;
  const down = key === 'ArrowDown' ? 1 : -1;
  const others = all.map((each) => ({ each, box: each.getBoundingClientRect() })).filter(({ box }) => (box.y - mine.y) * down > 8);
  const row = Math.min(...others.map(({ box }) => (box.y - mine.y) * down));
  const near = others.filter(({ box }) => (box.y - mine.y) * down < row + 8);
  const far = (box: DOMRect) => Math.abs(box.x + box.width / 2 - middle);
  return near.sort((one, other) => far(one.box) - far(other.box))[0]?.each;
}

function save(): void {
  const [made] = chosen.meant;
  if (made) void download(made, made.settings.format);
}

/** The keys go on to the next picture that stays. */
function away(): void {
  const gone = new Set(chosen.meant.map((made) => made.id));
  const last = Math.max(...history.shown.map((made, index) => (gone.has(made.id) ? index : -1)));
  const next = history.shown.slice(last).find((made) => !gone.has(made.id)) ?? history.shown.findLast((made) => !gone.has(made.id));
  remove(chosen.meant);
  chosen.none();
  chosen.at = next?.id ?? '';
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`article[data-id="${chosen.at}"] .open`)?.focus());
}
