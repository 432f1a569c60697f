/** The keys of the page that makes pictures, and the one that shows the list of all keys. */
import { base } from '$app/paths';
import { page } from '$app/state';
import { batch } from '../batch/batch.svelte';
import { pickPhotos } from '../files/file-picker';
import { shortcuts } from '../shortcuts/registry.svelte';
import type { ShortcutGroup } from '../shortcuts/types';
import { currentView } from '../stage/current-view.svelte';
import { COMPARE_MODES, studio } from '../studio/studio.svelte';
import { copyImage, keepInHistory, saveFile } from './export-actions';
import { frameNextFace } from './face-finder.svelte';
import { openPhotos } from './open-photos';

/** The keys of one page do nothing on another. */
const isHere = () => page.url.pathname === `${base}/`;
const hasPhoto = () => isHere() && studio.photo !== null;
const onStage = () => hasPhoto() && studio.view === 'picture';

export const MAKE_SHORTCUTS: readonly ShortcutGroup[] = [
  {
    label: 'keys.photo',
    shortcuts: [
      { keys: ['mod+o'], label: 'keys.open', run: () => pickPhotos(false, (incoming) => void openPhotos(incoming)) },
      {
        keys: ['mod+shift+o'],
        label: 'keys.folder',
        run: () => pickPhotos(true, (incoming) => void openPhotos(incoming)),
      },
      { keys: ['mod+v'], label: 'keys.paste', isActive: () => false, run: () => undefined },
      { keys: ['n'], label: 'keys.photo.next', isActive: hasSeveralPhotos, run: () => stepPhoto(1) },
      { keys: ['p'], label: 'keys.photo.previous', isActive: hasSeveralPhotos, run: () => stepPhoto(-1) },
      { keys: ['m'], label: 'batch.title', isActive: canBatch, run: () => batch.openDialog() },
      { keys: ['w', 'escape'], label: 'keys.styles', isActive: onStage, run: showStyles },
    ],
  },
  {
    label: 'keys.controls',
    shortcuts: [
      { keys: ['.'], label: 'keys.next', isActive: hasPhoto, run: () => studio.stepStyle(1) },
      { keys: [','], label: 'keys.previous', isActive: hasPhoto, run: () => studio.stepStyle(-1) },
      { keys: ['s'], label: 'keys.stronger', isActive: onStage, run: () => changeStrength(0.1) },
      { keys: ['a'], label: 'keys.weaker', isActive: onStage, run: () => changeStrength(-0.1) },
      { keys: ['c'], label: 'keys.colour', isActive: onStage, run: toggleColour },
      { keys: ['mod+z'], label: 'do.undo', isActive: onStage, run: () => studio.controls.undo() },
      { keys: ['mod+shift+z', 'mod+y'], label: 'do.redo', isActive: onStage, run: () => studio.controls.redo() },
    ],
  },
  {
    label: 'keys.compare',
    shortcuts: [
      {
        keys: ['o'],
        label: 'keys.before',
        isActive: onStage,
        run: () => showPhotoOnly(true),
        onRelease: () => showPhotoOnly(false),
      },
      { keys: ['v'], label: 'keys.mode', isActive: onStage, run: stepCompareMode },
      { keys: ['+', '='], label: 'keys.nearer', isActive: onStage, run: () => currentView.now?.zoomBy(1.5) },
      { keys: ['-'], label: 'keys.farther', isActive: onStage, run: () => currentView.now?.zoomBy(1 / 1.5) },
      { keys: ['0'], label: 'keys.fit', isActive: onStage, run: () => currentView.now?.fitToStage() },
      { keys: ['1'], label: 'keys.pixel', isActive: onStage, run: () => currentView.now?.zoomTo(1) },
    ],
  },
  {
    label: 'keys.mask',
    shortcuts: [
      { keys: ['b'], label: 'keys.brush', isActive: onStage, run: () => (studio.brushing = !studio.brushing) },
      { keys: ['x'], label: 'keys.erase', isActive: isBrushing, run: () => (studio.brush.erase = !studio.brush.erase) },
      { keys: ['['], label: 'keys.smaller', isActive: isBrushing, run: () => scaleBrush(1 / 1.25) },
      { keys: [']'], label: 'keys.larger', isActive: isBrushing, run: () => scaleBrush(1.25) },
    ],
  },
  {
    label: 'keys.export',
    shortcuts: [
      { keys: ['f'], label: 'crop.face', isActive: isAvatar, run: () => void frameNextFace() },
      { keys: ['mod+s'], label: 'keys.save', isActive: onStage, run: () => void saveFile() },
      { keys: ['mod+c'], label: 'keys.copy', isActive: canCopy, run: () => void copyImage() },
      { keys: ['k'], label: 'keys.keep', isActive: onStage, run: () => void keepInHistory() },
      { keys: ['?'], label: 'keys.list', run: () => (shortcuts.listOpen = true) },
    ],
  },
];

function canBatch(): boolean {
  return isHere() && studio.tray.allFiles.length > 0;
}

function isAvatar(): boolean {
  return onStage() && studio.crop.shape === 'avatar';
}

function hasSeveralPhotos(): boolean {
  return isHere() && studio.tray.items.length > 1 && !studio.opening;
}

function stepPhoto(step: number): void {
  void studio.switchPhoto(studio.tray.getNeighbour(step));
}

function isBrushing(): boolean {
  return onStage() && studio.brushing;
}

/** Ctrl+C is the picture's only while no text is chosen. */
function canCopy(): boolean {
  return onStage() && (window.getSelection()?.isCollapsed ?? true);
}

function showStyles(): void {
  if (studio.brushing) studio.brushing = false;
  else studio.view = 'styles';
}

function changeStrength(step: number): void {
  const strength = Math.round(Math.min(1, Math.max(0, studio.controls.now.strength + step)) * 100) / 100;
  studio.changeControls({ strength });
}

function toggleColour(): void {
  studio.changeControls({ colour: studio.controls.now.colour === 'style' ? 'photo' : 'style' });
}

function stepCompareMode(): void {
  studio.setCompareMode(
    COMPARE_MODES[(COMPARE_MODES.indexOf(studio.compareMode) + 1) % COMPARE_MODES.length] ?? 'slider',
  );
}

function showPhotoOnly(photoOnly: boolean): void {
  studio.photoOnly = photoOnly;
}

function scaleBrush(step: number): void {
  studio.brush.radius = Math.min(0.25, Math.max(0.004, studio.brush.radius * step));
}
