/** Folders of the history: made, renamed, dissolved, filled; each undone as one. */
import { changeMade, deleteFolder, makeFolder, renameFolder, type Made } from '../api/history';
import { complain } from '../toasts/toasts.svelte';
import { did, each, move } from './history-actions';
import { chosen } from './selection.svelte';
import { history } from './history.svelte';

export const KIND = 'application/x-ganvas-pictures';
export const LONGEST = 120;

/** A folder with nothing in it; one that is there already stays as it is. */
export async function make(name: string): Promise<void> {
  if (!name || history.folders.includes(name)) return;
  history.counts = await makeFolder(name);
  did({ undo: () => take(name), redo: async () => void (history.counts = await makeFolder(name)) });
}

/** Gives the folder another name; where that is a folder already, the two become one. */
export async function rename(from: string, to: string): Promise<void> {
  if (!to || to === from) return;
  if (!history.folders.includes(to)) {
    await call(from, to);
    return did({ undo: () => call(to, from), redo: () => call(from, to) });
  }
  const inside = await history.inside(from);
  await dissolve(from);
  await move(inside.map((made) => ({ ...made, folder: '' })), to);
}

/** Takes the folder away; what lay in it stays, in no folder. */
export async function dissolve(name: string): Promise<void> {
  const inside = await history.inside(name);
  await take(name);
  did({ undo: () => fill(name, inside), redo: () => take(name) });
}

/** Puts the pictures that were dropped into the folder. */
export async function drop(folder: string, data: DataTransfer | null): Promise<void> {
  const ids = new Set(JSON.parse(data?.getData(KIND) || '[]') as string[]);
  await move(history.shown.filter((made) => ids.has(made.id)), folder);
  chosen.none();
}

/** Puts pictures into a folder that may not be there yet. */
export async function moveTo(pictures: readonly Made[], folder: string): Promise<void> {
  try {
    if (folder && !history.folders.includes(folder)) history.counts = await makeFolder(folder);
    await move(pictures, folder);
  } catch (reason) {
    complain(reason);
  }
}

async function call(from: string, to: string): Promise<void> {
  history.counts = await renameFolder(from, to);
  history.relabel(from, to);
  if (history.search.folder === from) await history.find({ folder: to });
}

async function take(name: string): Promise<void> {
  await deleteFolder(name);
  history.relabel(name, '');
  await history.recount();
  if (history.search.folder === name) await history.find({ folder: null });
}

async function fill(name: string, inside: readonly Made[]): Promise<void> {
  await makeFolder(name);
  history.put(inside);
  await each(inside, async ({ id }) => void (await changeMade(id, { folder: name })));
  await history.recount();
}
