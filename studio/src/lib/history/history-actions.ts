/**
 * What is done to pictures of the history: starred, moved, deleted; each act undone and done again as one.
 *
 * A deletion waits here for as long as it can be undone, and is sent then, or when the page is left: what the server
 * deletes is gone for good.
 */
import { changeMade, deleteMade, type Change, type Made } from '../api/history';
import { isGone } from '../api/problem';
import { complain, hush, tell } from '../toasts/toasts.svelte';
import { history } from './history.svelte';

const STAY = 8000;
const AT_ONCE = 4;

export interface Act {
  undo: () => Promise<void>;
  redo: () => Promise<void>;
}

const acts: { past: readonly Act[]; future: readonly Act[] } = { past: [], future: [] };
const waiting = new Map<Act, { ids: readonly string[]; timer: ReturnType<typeof setTimeout> }>();

export async function undo(): Promise<void> {
  const act = acts.past.at(-1);
  if (!act) return;
  acts.past = acts.past.slice(0, -1);
  acts.future = [act, ...acts.future];
  hush();
  await act.undo().catch(complain);
}

export async function redo(): Promise<void> {
  const [act, ...rest] = acts.future;
  if (!act) return;
  acts.past = [...acts.past, act];
  acts.future = rest;
  await act.redo().catch(complain);
}

/** Stars all, or takes the stars away where all have one. */
export function star(pictures: readonly Made[]): Promise<void> {
  const wanted = !pictures.every((made) => made.star);
  return change(pictures, () => ({ star: wanted }));
}

/** Puts all into the folder; '' is none. */
export async function move(pictures: readonly Made[], folder: string): Promise<void> {
  const others = pictures.filter((made) => made.folder !== folder);
  if (others.length === 0) return;
  await change(others, () => ({ folder }));
  offerUndo(folder ? 'history.moved' : 'history.moved.out', { count: others.length, folder });
}

/** Deletes all of these, unless it is undone within a few seconds. */
export function remove(pictures: readonly Made[]): void {
  const ids = pictures.map((made) => made.id);
  const act: Act = {
    undo: async () => {
      clearTimeout(waiting.get(act)?.timer);
      waiting.delete(act);
      for (const id of ids) history.going.delete(id);
    },
    redo: async () => wait(act, ids),
  };
  wait(act, ids);
  did(act);
}

/** The page is being left, and nobody can undo any more: every deletion that still waits is sent. */
window.addEventListener('pagehide', () => {
  for (const act of [...waiting.keys()]) void send(act, true);
});

function wait(act: Act, ids: readonly string[]): void {
  for (const id of ids) history.going.add(id);
  waiting.set(act, { ids, timer: setTimeout(() => void send(act), STAY) });
  offerUndo('history.deleted', { count: ids.length });
}

async function send(act: Act, last = false): Promise<void> {
  const { ids, timer } = waiting.get(act) ?? { ids: [] };
  clearTimeout(timer);
  waiting.delete(act);
  acts.past = acts.past.filter((other) => other !== act);
  await each(ids, async (id) => {
    try {
      await deleteMade(id, last);
      history.drop(id);
    } catch (reason) {
      if (isGone(reason)) return history.drop(id);
      history.going.delete(id);
      complain(reason);
    }
  }, last ? ids.length : AT_ONCE);
}

async function change(pictures: readonly Made[], changeOf: (made: Made) => Change): Promise<void> {
  const after = pictures.map((made) => ({ ...made, ...changeOf(made) }));
  did({ undo: () => write(pictures, after), redo: () => write(after, pictures) });
  await write(after, pictures).catch(complain);
}

/** Shows the records as they are to be, and tells the server; what it refuses is shown as it was. */
async function write(after: readonly Made[], before: readonly Made[]): Promise<void> {
  history.put(after);
  await each(after, async ({ id, star, folder }, index) => {
    try {
      await changeMade(id, { star, folder });
    } catch (reason) {
      const was = before[index];
      if (was) history.put([was]);
      throw reason;
    }
  });
}

/** Notes an act, so that it can be undone. */
export function did(act: Act): void {
  acts.past = [...acts.past, act];
  acts.future = [];
}

function offerUndo(key: 'history.moved' | 'history.moved.out' | 'history.deleted', values: Record<string, string | number>): void {
  tell(key, values, { label: 'do.undo', take: () => void undo(), stay: STAY });
}

/** Does the work for each, a few at a time. */
export async function each<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
  hands: number = AT_ONCE,
): Promise<void> {
  const left = items.map((item, index) => ({ item, index }));
  const hand = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) await work(next.item, next.index);
  };
  await Promise.all(Array.from({ length: hands }, hand));
}
