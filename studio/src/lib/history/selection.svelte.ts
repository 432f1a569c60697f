/** Which pictures of the history are chosen, and which one has the keys. Knows what is shown; changes no picture. */
import { SvelteSet } from 'svelte/reactivity';
import type { Made } from '../api/history';
import { history } from './history.svelte';

class Chosen {
  readonly ids = new SvelteSet<string>();
  /** The picture that the keys walk from. */
  at = $state('');
  /** Pictures that wait for a folder to be told. */
  moving = $state.raw<readonly Made[]>([]);

  readonly pictures = $derived(history.shown.filter((made) => this.ids.has(made.id)));

  #from = '';

  /** What an act is for: all that is chosen, else the one that has the keys. */
  get meant(): readonly Made[] {
    return this.pictures.length ? this.pictures : history.shown.filter((made) => made.id === this.at);
  }

  /** Chooses this one, or not any more; with `range`, all from the one before to this. */
  turn(id: string, range = false): void {
    const all = history.shown.map((made) => made.id);
    const [from, to] = [all.indexOf(this.#from), all.indexOf(id)].sort((one, other) => one - other);
    if (range && from !== undefined && from >= 0) for (const each of all.slice(from, (to ?? from) + 1)) this.ids.add(each);
    else if (this.ids.has(id)) this.ids.delete(id);
    else this.ids.add(id);
    this.#from = id;
  }

  all(): void {
    for (const made of history.shown) this.ids.add(made.id);
  }

  none(): void {
    this.ids.clear();
  }
}

export const chosen = new Chosen();
