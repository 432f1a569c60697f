/** Which pictures of the history are selected, and which one has the focus. Knows what is shown; changes no picture. */
import { SvelteSet } from 'svelte/reactivity';
import type { HistoryPicture } from '../api/history';
import { history } from './history.svelte';

class Selection {
  readonly ids = new SvelteSet<string>();
  /** The picture that has the focus, or had it last. */
  focusedId = $state('');
  /** Pictures that are moved once a folder is chosen. */
  toMove = $state.raw<readonly HistoryPicture[]>([]);

  readonly pictures = $derived(history.visible.filter((picture) => this.ids.has(picture.id)));

  #anchor = '';

  /** What an action applies to: all selected pictures, else the focused one. */
  get targets(): readonly HistoryPicture[] {
    return this.pictures.length ? this.pictures : history.visible.filter((picture) => picture.id === this.focusedId);
  }

  /** Selects this one, or not any more; with `range`, all from the one before to this. */
  toggle(id: string, range = false): void {
    const all = history.visible.map((picture) => picture.id);
    const [start, end] = [all.indexOf(this.#anchor), all.indexOf(id)].sort((one, other) => one - other);
    if (range && start !== undefined && start >= 0)
      for (const each of all.slice(start, (end ?? start) + 1)) this.ids.add(each);
    else if (this.ids.has(id)) this.ids.delete(id);
    else this.ids.add(id);
    this.#anchor = id;
  }

  selectAll(): void {
    for (const picture of history.visible) this.ids.add(picture.id);
  }

  clear(): void {
    this.ids.clear();
  }
}

export const selection = new Selection();
