/** The keys of the studio: one table, which the page obeys and which the list of keys shows. */
import { base } from '$app/paths';
import { page } from '$app/state';
import { HISTORY } from '../history/history-shortcuts';
import { JOBS } from '../jobs/job-shortcuts';
import { copy, keepLook, save } from '../make/export-actions';
import { frameFace } from '../make/face-finder.svelte';
import { batch } from '../batch/batch.svelte';
import { keep, recall } from '../preferences/preferences';
import { COMPARES, studio } from '../studio/studio.svelte';
import { STYLES } from '../styles/gallery-shortcuts';
import type { View } from '../stage/stage-view.svelte';
import type { Group, Stroke } from './types';

export const keys = $state({ letters: recall().letters ?? true, list: false });
export const stageView = $state<{ now: View | null; choose: (folder: boolean) => void }>({ now: null, choose: () => undefined });

export function useLetters(letters: boolean): void {
  keys.letters = letters;
  keep({ letters });
}

/** The keys of one page do nothing on another. */
const isMake = () => page.url.pathname === `${base}/`;
const hasPhoto = () => isMake() && studio.photo !== null;
const onStage = () => hasPhoto() && studio.view === 'picture';

export const GROUPS: readonly Group[] = [
  {
    label: 'keys.photo',
    strokes: [
      { keys: ['mod+o'], label: 'keys.open', press: () => stageView.choose(false) },
      { keys: ['mod+shift+o'], label: 'keys.folder', press: () => stageView.choose(true) },
      { keys: ['mod+v'], label: 'keys.paste', when: () => false, press: () => undefined },
      { keys: ['n'], label: 'keys.photo.next', when: many, press: () => turn(1) },
      { keys: ['p'], label: 'keys.photo.previous', when: many, press: () => turn(-1) },
      { keys: ['m'], label: 'batch.title', when: batches, press: () => batch.begin() },
      { keys: ['w', 'escape'], label: 'keys.wall', when: onStage, press: toWall },
    ],
  },
  {
    label: 'keys.look',
    strokes: [
      { keys: ['.'], label: 'keys.next', when: hasPhoto, press: () => studio.step(1) },
      { keys: [','], label: 'keys.previous', when: hasPhoto, press: () => studio.step(-1) },
      { keys: ['s'], label: 'keys.stronger', when: onStage, press: () => strengthen(0.1) },
      { keys: ['a'], label: 'keys.weaker', when: onStage, press: () => strengthen(-0.1) },
      { keys: ['c'], label: 'keys.colour', when: onStage, press: turnColour },
      { keys: ['mod+z'], label: 'do.undo', when: onStage, press: () => studio.look.undo() },
      { keys: ['mod+shift+z', 'mod+y'], label: 'do.redo', when: onStage, press: () => studio.look.redo() },
    ],
  },
  {
    label: 'keys.compare',
    strokes: [
      { keys: ['o'], label: 'keys.before', when: onStage, press: () => show(true), release: () => show(false) },
      { keys: ['v'], label: 'keys.mode', when: onStage, press: nextCompare },
      { keys: ['+', '='], label: 'keys.nearer', when: onStage, press: () => stageView.now?.zoomBy(1.5) },
      { keys: ['-'], label: 'keys.farther', when: onStage, press: () => stageView.now?.zoomBy(1 / 1.5) },
      { keys: ['0'], label: 'keys.fit', when: onStage, press: () => stageView.now?.toFit() },
      { keys: ['1'], label: 'keys.pixel', when: onStage, press: () => stageView.now?.zoomTo(1) },
    ],
  },
  {
    label: 'keys.mask',
    strokes: [
      { keys: ['b'], label: 'keys.brush', when: onStage, press: () => (studio.brushing = !studio.brushing) },
      { keys: ['x'], label: 'keys.erase', when: brushing, press: () => (studio.brush.erase = !studio.brush.erase) },
      { keys: ['['], label: 'keys.smaller', when: brushing, press: () => resize(1 / 1.25) },
      { keys: [']'], label: 'keys.larger', when: brushing, press: () => resize(1.25) },
    ],
  },
  {
    label: 'keys.out',
    strokes: [
      { keys: ['f'], label: 'cut.face', when: isAvatar, press: () => void frameFace() },
      { keys: ['mod+s'], label: 'keys.save', when: onStage, press: () => void save() },
      { keys: ['mod+c'], label: 'keys.copy', when: copies, press: () => void copy() },
      { keys: ['k'], label: 'keys.keep', when: onStage, press: () => void keepLook() },
      { keys: ['?'], label: 'keys.list', press: () => (keys.list = true) },
    ],
  },
  HISTORY,
  STYLES,
  JOBS,
];

function batches(): boolean {
  return isMake() && studio.tray.all.length > 0;
}

function isAvatar(): boolean {
  return onStage() && studio.cut.shape === 'avatar';
}

function many(): boolean {
  return isMake() && studio.tray.items.length > 1 && !studio.opening;
}

function turn(by: number): void {
  void studio.turnTo(studio.tray.next(by));
}

function brushing(): boolean {
  return onStage() && studio.brushing;
}

/** Ctrl+C is the picture's only while no text is chosen. */
function copies(): boolean {
  return onStage() && (window.getSelection()?.isCollapsed ?? true);
}

function toWall(): void {
  if (studio.brushing) studio.brushing = false;
  else studio.view = 'wall';
}

function strengthen(by: number): void {
  const strength = Math.round(Math.min(1, Math.max(0, studio.look.now.strength + by)) * 100) / 100;
  studio.turn({ strength });
}

function turnColour(): void {
  studio.turn({ colour: studio.look.now.colour === 'style' ? 'photo' : 'style' });
}

function nextCompare(): void {
  studio.compareBy(COMPARES[(COMPARES.indexOf(studio.compare) + 1) % COMPARES.length] ?? 'slider');
}

function show(before: boolean): void {
  studio.before = before;
}

function resize(by: number): void {
  studio.brush.radius = Math.min(0.25, Math.max(0.004, studio.brush.radius * by));
}

/** Obeys the key where it is one of ours and nothing is being written. */
export function obey(event: KeyboardEvent): void {
  const stroke = find(event);
  if (!stroke) return;
  event.preventDefault();
  if (!event.repeat || stroke.release === undefined) stroke.press(event);
}

export function letGo(event: KeyboardEvent): void {
  for (const { strokes } of GROUPS) {
    for (const stroke of strokes) if (stroke.keys.includes(event.key.toLowerCase())) stroke.release?.();
  }
}

function find(event: KeyboardEvent): Stroke | null {
  if (event.altKey || event.defaultPrevented || isWriting(event.target) || isCovered()) return null;
  const mod = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  const name = mod ? `mod+${event.shiftKey ? 'shift+' : ''}${key}` : key;
  if (!mod && !keys.letters && key !== 'escape') return null;
  for (const { strokes } of GROUPS) {
    for (const stroke of strokes) if (stroke.keys.includes(name) && (stroke.when?.() ?? true)) return stroke;
  }
  return null;
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=radio]), textarea, select, [contenteditable]');
}

/** A sheet or a menu lies over the page: keys are its own. One that is on its way out has none any more. */
function isCovered(): boolean {
  return document.querySelector('[role=dialog][data-state=open], [role=menu][data-state=open]') !== null;
}
