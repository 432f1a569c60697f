/** What I made, as the server keeps it: read page by page, as far as somebody looks. Knows no page and changes nothing. */
import { SvelteSet } from 'svelte/reactivity';
import { listFolders, listMade, type Counts, type Made, type Search } from '../api/history';
import { isCancel } from '../api/problem';

export const ALL: Search = { words: '', style: '', star: false, folder: null };

class History {
  /** The newest first; all that was read so far. */
  pictures = $state.raw<readonly Made[]>([]);
  /** Where the list goes on, or none where it ends. */
  next = $state.raw<string | null>(null);
  search = $state.raw<Search>(ALL);
  counts = $state.raw<Counts>({});
  ready = $state(false);
  busy = $state(false);
  problem = $state.raw<unknown>(null);
  /** Deleted here; the server is told when it can no longer be undone. */
  readonly going = new SvelteSet<string>();

  /** What is there for the person now, and fits what is looked for. */
  readonly shown = $derived(this.pictures.filter((made) => this.#fits(made)));
  readonly folders = $derived(Object.keys(this.counts).filter(Boolean).sort(new Intl.Collator().compare));
  readonly total = $derived(Object.values(this.counts).reduce((sum, count) => sum + count, 0) - this.going.size);
  readonly searches = $derived(this.search !== ALL && JSON.stringify(this.search) !== JSON.stringify(ALL));

  #stop: AbortController | null = null;

  /** How many are in this folder. */
  count(folder: string): number {
    const less = this.pictures.filter((made) => made.folder === folder && this.going.has(made.id)).length;
    return Math.max(0, (this.counts[folder] ?? 0) - less);
  }

  /** All pictures in a folder, read or not. */
  async inside(folder: string): Promise<readonly Made[]> {
    const all: Made[] = [];
    for (let before: string | null = ''; before !== null; ) {
      const { pictures, next }: { pictures: Made[]; next: string | null } = await listMade({ ...ALL, folder }, before, {});
      all.push(...pictures.filter((made) => !this.going.has(made.id)));
      before = next;
    }
    return all;
  }

  /** Looks for something else. What was found before stays in sight until the answer is there. */
  find(changes: Partial<Search>): Promise<void> {
    this.search = { ...this.search, ...changes };
    return this.read();
  }

  /** Reads the beginning again; what was read beyond it stays. */
  async read(): Promise<void> {
    const same = JSON.stringify(this.search);
    await this.#ask('', ({ pictures, next }) => {
      const last = pictures.at(-1)?.id;
      const beyond = same === this.#read && next !== null && last ? this.pictures.filter(({ id }) => id < last) : [];
      this.pictures = [...pictures, ...beyond];
      if (beyond.length === 0) this.next = next;
      this.#read = same;
    });
    await this.recount();
  }

  /** Asks how many are in which folder. */
  async recount(): Promise<void> {
    this.counts = await listFolders().catch(() => this.counts);
  }

  /** Reads on. */
  async more(): Promise<void> {
    if (this.busy || this.next === null) return;
    await this.#ask(this.next, ({ pictures, next }) => {
      this.pictures = [...this.pictures, ...pictures];
      this.next = next;
    });
  }

  /** Puts other records in the place of those with the same id. */
  put(changed: readonly Made[]): void {
    const fresh = new Map(changed.map((made) => [made.id, made]));
    const moved = this.pictures.filter(({ id, folder }) => fresh.has(id) && fresh.get(id)?.folder !== folder);
    const counts = { ...this.counts };
    for (const { id, folder } of moved) {
      const to = fresh.get(id)?.folder ?? '';
      counts[folder] = (counts[folder] ?? 1) - 1;
      counts[to] = (counts[to] ?? 0) + 1;
    }
    this.counts = counts;
    this.pictures = this.pictures.map((made) => fresh.get(made.id) ?? made);
  }

  /** Says of all that lie in one folder that they lie in another. */
  relabel(from: string, to: string): void {
    this.pictures = this.pictures.map((made) => (made.folder === from ? { ...made, folder: to } : made));
  }

  /** Forgets a record that the server has deleted. */
  drop(id: string): void {
    const folder = this.pictures.find((made) => made.id === id)?.folder ?? '';
    this.counts = { ...this.counts, [folder]: Math.max(0, (this.counts[folder] ?? 1) - 1) };
    this.pictures = this.pictures.filter((made) => made.id !== id);
    this.going.delete(id);
  }

  /** What `pictures` was read for. */
  #read = '';

  #fits(made: Made): boolean {
    const { star, folder } = this.search;
    return !this.going.has(made.id) && (!star || made.star) && (folder === null || made.folder === folder);
  }

  async #ask(before: string, take: (found: { pictures: Made[]; next: string | null }) => void): Promise<void> {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.busy = true;
    this.problem = null;
    try {
      const found = await listMade(this.search, before, { signal: stop.signal });
      if (!stop.signal.aborted) take(found);
    } catch (reason) {
      if (!isCancel(reason) && !stop.signal.aborted) this.problem = reason;
    } finally {
      if (this.#stop === stop) this.busy = false;
      this.ready = true;
    }
  }
}

export const history = new History();
