/** What I made, as the server keeps it: read page by page, as far as somebody looks. Knows no page and changes nothing. */
import { SvelteSet } from 'svelte/reactivity';
import { listFolders, listHistory, type FolderCounts, type HistoryPicture, type HistorySearch } from '../api/history';
import { isAbort } from '../api/problem';

export const EVERYTHING: HistorySearch = { words: '', style: '', star: false, folder: null };

class History {
  /** The newest first; all that was read so far. */
  pictures = $state.raw<readonly HistoryPicture[]>([]);
  /** Where the list goes on, or none where it ends. */
  nextPage = $state.raw<string | null>(null);
  search = $state.raw<HistorySearch>(EVERYTHING);
  counts = $state.raw<FolderCounts>({});
  ready = $state(false);
  busy = $state(false);
  problem = $state.raw<unknown>(null);
  /** Deleted here; the server is told when it can no longer be undone. */
  readonly deleting = new SvelteSet<string>();

  /** What is there for the person now, and fits what is looked for. */
  readonly visible = $derived(this.pictures.filter((picture) => this.#matches(picture)));
  readonly folders = $derived(Object.keys(this.counts).filter(Boolean).sort(new Intl.Collator().compare));
  readonly total = $derived(Object.values(this.counts).reduce((sum, count) => sum + count, 0) - this.deleting.size);
  readonly isSearching = $derived(
    this.search !== EVERYTHING && JSON.stringify(this.search) !== JSON.stringify(EVERYTHING),
  );

  #abort: AbortController | null = null;

  /** How many are in this folder. */
  countIn(folder: string): number {
    const deletingCount = this.pictures.filter(
      (picture) => picture.folder === folder && this.deleting.has(picture.id),
    ).length;
    return Math.max(0, (this.counts[folder] ?? 0) - deletingCount);
  }

  /** All pictures in a folder, read or not. */
  async listFolder(folder: string): Promise<readonly HistoryPicture[]> {
    const contents: HistoryPicture[] = [];
    for (let before: string | null = ''; before !== null;) {
      const { pictures, next }: { pictures: HistoryPicture[]; next: string | null } = await listHistory(
        { ...EVERYTHING, folder },
        before,
        {},
      );
      contents.push(...pictures.filter((picture) => !this.deleting.has(picture.id)));
      before = next;
    }
    return contents;
  }

  /** Looks for something else. What was found before stays in sight until the answer is there. */
  changeSearch(changes: Partial<HistorySearch>): Promise<void> {
    this.search = { ...this.search, ...changes };
    return this.load();
  }

  /** Reads the beginning again; what was read beyond it stays. */
  async load(): Promise<void> {
    const searchKey = JSON.stringify(this.search);
    await this.#request('', ({ pictures, next }) => {
      const last = pictures.at(-1)?.id;
      const later =
        searchKey === this.#loadedSearch && next !== null && last ? this.pictures.filter(({ id }) => id < last) : [];
      this.pictures = [...pictures, ...later];
      if (later.length === 0) this.nextPage = next;
      this.#loadedSearch = searchKey;
    });
    await this.refreshCounts();
  }

  /** Asks how many are in which folder. */
  async refreshCounts(): Promise<void> {
    this.counts = await listFolders().catch(() => this.counts);
  }

  /** Reads on. */
  async loadMore(): Promise<void> {
    if (this.busy || this.nextPage === null) return;
    await this.#request(this.nextPage, ({ pictures, next }) => {
      this.pictures = [...this.pictures, ...pictures];
      this.nextPage = next;
    });
  }

  /** Puts other records in the place of those with the same id. */
  replace(changed: readonly HistoryPicture[]): void {
    const replacements = new Map(changed.map((picture) => [picture.id, picture]));
    const moved = this.pictures.filter(
      ({ id, folder }) => replacements.has(id) && replacements.get(id)?.folder !== folder,
    );
    const counts = { ...this.counts };
    for (const { id, folder } of moved) {
      const to = replacements.get(id)?.folder ?? '';
      counts[folder] = (counts[folder] ?? 1) - 1;
      counts[to] = (counts[to] ?? 0) + 1;
    }
    this.counts = counts;
    this.pictures = this.pictures.map((picture) => replacements.get(picture.id) ?? picture);
  }

  /** Gives all pictures of one folder another folder. */
  changeFolder(from: string, to: string): void {
    this.pictures = this.pictures.map((picture) => (picture.folder === from ? { ...picture, folder: to } : picture));
  }

  /** Forgets a record that the server has deleted. */
  forget(id: string): void {
    const folder = this.pictures.find((picture) => picture.id === id)?.folder ?? '';
    this.counts = { ...this.counts, [folder]: Math.max(0, (this.counts[folder] ?? 1) - 1) };
    this.pictures = this.pictures.filter((picture) => picture.id !== id);
    this.deleting.delete(id);
  }

  /** What `pictures` was read for. */
  #loadedSearch = '';

  #matches(picture: HistoryPicture): boolean {
    const { star, folder } = this.search;
    return !this.deleting.has(picture.id) && (!star || picture.star) && (folder === null || picture.folder === folder);
  }

  async #request(
    before: string,
    onFound: (found: { pictures: HistoryPicture[]; next: string | null }) => void,
  ): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.busy = true;
    this.problem = null;
    try {
      const found = await listHistory(this.search, before, { signal: abort.signal });
      if (!abort.signal.aborted) onFound(found);
    } catch (reason) {
      if (!isAbort(reason) && !abort.signal.aborted) this.problem = reason;
    } finally {
      if (this.#abort === abort) this.busy = false;
      this.ready = true;
    }
  }
}

export const history = new History();
