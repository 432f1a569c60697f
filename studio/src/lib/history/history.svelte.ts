/** What I made, newest first, with all that is needed to make it again. */
import { sameLook, type Look, type Output } from '../look';
import type { Photo } from '../photo';
import { studio } from '../studio.svelte';
import type { Picture } from '../api/shapes';
import { changeEntry, deleteEntry, getPhoto, listEntries, putEntry, type Entry } from './store';

const SMALL_EDGE = 480;

class History {
  entries = $state.raw<readonly Entry[]>([]);
  ready = $state(false);
  problem = $state.raw<unknown>(null);
}

export const history = new History();

export async function readHistory(): Promise<void> {
  try {
    history.entries = await listEntries();
  } catch (reason) {
    history.problem = reason;
  } finally {
    history.ready = true;
  }
}

/** Keeps what is on the stage. The same photo in the same look is kept once, and moves to the front. */
export async function remember(photo: Photo, look: Look, output: Output, picture: Picture | null): Promise<void> {
  const hash = await hashOf(photo.file);
  const before = (await listEntries()).find((entry) => entry.photo === hash && sameLook(entry.look, look));
  const entry: Entry = {
    id: before?.id ?? `${hash}-${Date.now()}`,
    time: Date.now(),
    name: photo.name,
    width: photo.pixels.width,
    height: photo.pixels.height,
    look: look,
    output: output,
    url: picture?.url ?? before?.url ?? null,
    star: before?.star ?? false,
    folder: before?.folder ?? '',
    small: await smallOf(photo),
    photo: hash,
  };
  await putEntry(entry, photo.file);
  history.entries = await listEntries();
}

/** The photo of this entry on the stage again, in its look. */
export async function again(entry: Entry): Promise<void> {
  const photo = await getPhoto(entry.photo);
  if (photo) await studio.bringAll([{ file: photo, name: entry.name }], entry.look);
}

export async function change(entry: Entry, changes: Partial<Pick<Entry, 'star' | 'folder'>>): Promise<void> {
  await changeEntry({ ...entry, ...changes });
  history.entries = await listEntries();
}

export async function forget(entry: Entry): Promise<void> {
  const others: readonly Entry[] = history.entries.filter((other) => other.id !== entry.id);
  await deleteEntry(entry, others);
  history.entries = others;
}

async function smallOf(photo: Photo): Promise<Blob> {
  const shown = studio.proof.bitmap ?? photo.base;
  const share = Math.min(1, SMALL_EDGE / Math.max(shown.width, shown.height));
  const canvas = new OffscreenCanvas(Math.max(1, shown.width * share), Math.max(1, shown.height * share));
  const context = canvas.getContext('2d');
  if (context) context.imageSmoothingQuality = 'high';
  context?.drawImage(shown, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: 'image/webp', quality: 0.85 });
}

async function hashOf(blob: Blob): Promise<string> {
  if (!crypto.subtle) return `${blob.size}-${blob.type}-${(blob as File).lastModified ?? ''}`;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
