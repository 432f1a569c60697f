/** Folders of the history: made, renamed, dissolved, filled; each undone as one. */
import { updatePicture, deleteFolder, createFolder, renameFolder, type HistoryPicture } from '../api/history';
import { showProblem } from '../toasts/toasts.svelte';
import { recordAction, forEachLimited, movePictures } from './history-actions';
import { selection } from './selection.svelte';
import { history } from './history.svelte';

export const PICTURES_TYPE = 'application/x-ganvas-pictures';
export const MAX_NAME_LENGTH = 120;

/** A folder with nothing in it; one that is there already stays as it is. */
export async function addFolder(name: string): Promise<void> {
  if (!name || history.folders.includes(name)) return;
  history.counts = await createFolder(name);
  recordAction({ undo: () => applyRemoval(name), redo: async () => void (history.counts = await createFolder(name)) });
}

/** Gives the folder another name; where that is a folder already, the two become one. */
export async function renameOrMergeFolder(from: string, to: string): Promise<void> {
  if (!to || to === from) return;
  if (!history.folders.includes(to)) {
    await applyRename(from, to);
    return recordAction({ undo: () => applyRename(to, from), redo: () => applyRename(from, to) });
  }
  const contents = await history.listFolder(from);
  await removeFolder(from);
  await movePictures(
    contents.map((picture) => ({ ...picture, folder: '' })),
    to,
  );
}

/** Takes the folder away; what lay in it stays, in no folder. */
export async function removeFolder(name: string): Promise<void> {
  const contents = await history.listFolder(name);
  await applyRemoval(name);
  recordAction({ undo: () => restoreFolder(name, contents), redo: () => applyRemoval(name) });
}

/** Puts the pictures that were dropped into the folder. */
export async function dropIntoFolder(folder: string, data: DataTransfer | null): Promise<void> {
  const ids = new Set(JSON.parse(data?.getData(PICTURES_TYPE) || '[]') as string[]);
  await movePictures(
    history.visible.filter((picture) => ids.has(picture.id)),
    folder,
  );
  selection.clear();
}

/** Puts pictures into a folder that may not be there yet. */
export async function moveToFolder(pictures: readonly HistoryPicture[], folder: string): Promise<void> {
  try {
    if (folder && !history.folders.includes(folder)) history.counts = await createFolder(folder);
    await movePictures(pictures, folder);
  } catch (reason) {
    showProblem(reason);
  }
}

async function applyRename(from: string, to: string): Promise<void> {
  history.counts = await renameFolder(from, to);
  history.changeFolder(from, to);
  if (history.search.folder === from) await history.changeSearch({ folder: to });
}

async function applyRemoval(name: string): Promise<void> {
  await deleteFolder(name);
  history.changeFolder(name, '');
  await history.refreshCounts();
  if (history.search.folder === name) await history.changeSearch({ folder: null });
}

async function restoreFolder(name: string, contents: readonly HistoryPicture[]): Promise<void> {
  await createFolder(name);
  history.replace(contents);
  await forEachLimited(contents, async ({ id }) => void (await updatePicture(id, { folder: name })));
  await history.refreshCounts();
}
