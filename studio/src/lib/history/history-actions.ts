/**
 * What is done to pictures of the history: starred, moved, deleted; each action is undone and redone as one.
 *
 * A deletion waits here for as long as it can be undone, and is sent then, or when the page is left: what the server
 * deletes is gone for good.
 */
import { updatePicture, deletePicture, type PictureChange, type HistoryPicture } from '../api/history';
import { isNotFound } from '../api/problem';
import { showProblem, dismissToast, showToast } from '../toasts/toasts.svelte';
import { history } from './history.svelte';

const UNDO_DURATION = 8000;
const MAX_PARALLEL = 4;

export interface UndoableAction {
  undo: () => Promise<void>;
  redo: () => Promise<void>;
}

const undoStack: { past: readonly UndoableAction[]; future: readonly UndoableAction[] } = { past: [], future: [] };
const scheduled = new Map<UndoableAction, { ids: readonly string[]; timer: ReturnType<typeof setTimeout> }>();

export async function undo(): Promise<void> {
  const action = undoStack.past.at(-1);
  if (!action) return;
  undoStack.past = undoStack.past.slice(0, -1);
  undoStack.future = [action, ...undoStack.future];
  dismissToast();
  await action.undo().catch(showProblem);
}

export async function redo(): Promise<void> {
  const [action, ...rest] = undoStack.future;
  if (!action) return;
  undoStack.past = [...undoStack.past, action];
  undoStack.future = rest;
  await action.redo().catch(showProblem);
}

/** Stars all, or takes the stars away where all have one. */
export function toggleStar(pictures: readonly HistoryPicture[]): Promise<void> {
  const starred = !pictures.every((picture) => picture.star);
  return changePictures(pictures, () => ({ star: starred }));
}

/** Puts all into the folder; '' is none. */
export async function movePictures(pictures: readonly HistoryPicture[], folder: string): Promise<void> {
  const toMove = pictures.filter((picture) => picture.folder !== folder);
  if (toMove.length === 0) return;
  await changePictures(toMove, () => ({ folder }));
  showUndoToast(folder ? 'history.moved' : 'history.moved.out', { count: toMove.length, folder });
}

/** Deletes all of these, unless it is undone within a few seconds. */
export function deletePictures(pictures: readonly HistoryPicture[]): void {
  const ids = pictures.map((picture) => picture.id);
  const action: UndoableAction = {
    undo: async () => {
      clearTimeout(scheduled.get(action)?.timer);
      scheduled.delete(action);
      for (const id of ids) history.deleting.delete(id);
    },
    redo: async () => scheduleDelete(action, ids),
  };
  scheduleDelete(action, ids);
  recordAction(action);
}

/** The page is being left, and nobody can undo any more: every deletion that still waits is sent. */
window.addEventListener('pagehide', () => {
  for (const action of [...scheduled.keys()]) void sendDelete(action, true);
});

function scheduleDelete(action: UndoableAction, ids: readonly string[]): void {
  for (const id of ids) history.deleting.add(id);
  scheduled.set(action, { ids, timer: setTimeout(() => void sendDelete(action), UNDO_DURATION) });
  showUndoToast('history.deleted', { count: ids.length });
}

async function sendDelete(action: UndoableAction, leaving = false): Promise<void> {
  const { ids, timer } = scheduled.get(action) ?? { ids: [] };
  clearTimeout(timer);
  scheduled.delete(action);
  undoStack.past = undoStack.past.filter((other) => other !== action);
  await forEachLimited(
    ids,
    async (id) => {
      try {
        await deletePicture(id, leaving);
        history.forget(id);
      } catch (reason) {
        if (isNotFound(reason)) return history.forget(id);
        history.deleting.delete(id);
        showProblem(reason);
      }
    },
    leaving ? ids.length : MAX_PARALLEL,
  );
}

async function changePictures(
  pictures: readonly HistoryPicture[],
  getChange: (picture: HistoryPicture) => PictureChange,
): Promise<void> {
  const after = pictures.map((picture) => ({ ...picture, ...getChange(picture) }));
  recordAction({ undo: () => savePictures(pictures, after), redo: () => savePictures(after, pictures) });
  await savePictures(after, pictures).catch(showProblem);
}

/** Shows the records as they are to be, and tells the server; what it refuses is shown as it was. */
async function savePictures(after: readonly HistoryPicture[], before: readonly HistoryPicture[]): Promise<void> {
  history.replace(after);
  await forEachLimited(after, async ({ id, star, folder }, index) => {
    try {
      await updatePicture(id, { star, folder });
    } catch (reason) {
      const original = before[index];
      if (original) history.replace([original]);
      throw reason;
    }
  });
}

/** Records an action, so that it can be undone. */
export function recordAction(action: UndoableAction): void {
  undoStack.past = [...undoStack.past, action];
  undoStack.future = [];
}

function showUndoToast(
  key: 'history.moved' | 'history.moved.out' | 'history.deleted',
  values: Record<string, string | number>,
): void {
  showToast(key, values, { label: 'do.undo', run: () => void undo(), duration: UNDO_DURATION });
}

/** Does the work for each, a few at a time. */
export async function forEachLimited<T>(
  items: readonly T[],
  run: (item: T, index: number) => Promise<void>,
  limit: number = MAX_PARALLEL,
): Promise<void> {
  const queue = items.map((item, index) => ({ item, index }));
  const runWorker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await run(next.item, next.index);
  };
  await Promise.all(Array.from({ length: limit }, runWorker));
}
