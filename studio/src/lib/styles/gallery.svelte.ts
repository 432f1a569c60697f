/** The gallery: which styles are in sight, in which order, and which files are being taken in. Knows no page. */
import { isNotFound } from '../api/problem';
import type { Style } from '../api/types';
import { addStyle, orderStyles, removeStyle } from '../api/styles';
import { getLanguage } from '../language/language.svelte';
import { showProblem, showToast } from '../toasts/toasts.svelte';
import { studio } from '../studio/studio.svelte';
import { NO_FILTER, filterStyles, moveName, type StyleOrder, type StyleFilter } from './filter-styles';

/** A style file that somebody added: being checked, or rejected for a reason. */
export interface StyleUpload {
  readonly id: number;
  readonly name: string;
  readonly problem: unknown;
}

class Gallery {
  filter = $state.raw<StyleFilter>(NO_FILTER);
  order = $state<StyleOrder>('mine');
  uploads = $state.raw<readonly StyleUpload[]>([]);
  /** The style whose removal is being asked about. */
  toRemove = $state.raw<Style | null>(null);
  /** Where a style was moved, announced to screen readers. */
  lastMove = $state.raw<{ name: string; at: number } | null>(null);

  readonly visible = $derived(filterStyles(studio.styles, this.filter, this.order, getLanguage()));
  readonly isFiltered = $derived(Object.values(this.filter).some(Boolean));
  /** Places mean something only where all are in sight in their own order. */
  readonly isMovable = $derived(this.order === 'mine' && !this.isFiltered && studio.styles.length > 1);

  #past: (readonly string[])[] = [];
  #future: (readonly string[])[] = [];
  #lastId = 0;

  setFilter(changes: Partial<StyleFilter>): void {
    this.filter = { ...this.filter, ...changes };
  }

  /** Puts the style at this place. */
  moveTo(name: string, at: number): void {
    const before = listNames();
    const after = moveName(before, name, at);
    if (after.join() === before.join()) return;
    this.#past.push(before);
    this.#future = [];
    this.lastMove = { name, at: after.indexOf(name) };
    void this.#saveOrder(after);
  }

  moveBy(name: string, step: number): void {
    this.moveTo(name, listNames().indexOf(name) + step);
  }

  undo(): void {
    const before = this.#past.pop();
    if (!before) return;
    this.#future.push(listNames());
    void this.#saveOrder(before);
  }

  redo(): void {
    const next = this.#future.pop();
    if (!next) return;
    this.#past.push(listNames());
    void this.#saveOrder(next);
  }

  /** Has the server check these files, one after another, and takes in what is a style. */
  async add(files: readonly File[]): Promise<void> {
    const added = files.map((file) => ({ file, id: (this.#lastId += 1) }));
    this.uploads = [...this.uploads, ...added.map(({ file, id }) => ({ id, name: file.name, problem: null }))];
    for (const { file, id } of added) {
      try {
        const style = await addStyle(file);
        this.uploads = this.uploads.filter((one) => one.id !== id);
        await studio.loadStyles();
        showToast('styles.added', { name: style.title[getLanguage()] ?? style.name });
      } catch (problem) {
        this.uploads = this.uploads.map((one) => (one.id === id ? { ...one, problem } : one));
      }
    }
  }

  dismissUpload(id: number): void {
    this.uploads = this.uploads.filter((one) => one.id !== id);
  }

  /** Takes the style from the server, for all who use it. */
  async remove(style: Style): Promise<void> {
    this.toRemove = null;
    try {
      await removeStyle(style.name);
      showToast('styles.removed', { name: style.title[getLanguage()] ?? style.name });
    } catch (reason) {
      if (!isNotFound(reason)) showProblem(reason);
    }
    await studio.loadStyles();
  }

  /** Shows the order at once, and has the server keep it; what it refuses is as it was. */
  async #saveOrder(order: readonly string[]): Promise<void> {
    const before = studio.styles;
    const at = new Map(order.map((name, index) => [name, index]));
    const rank = (style: Style): number => at.get(style.name) ?? order.length;
    studio.styles = [...before].sort((one, other) => rank(one) - rank(other));
    try {
      await orderStyles(studio.styles.map((style) => style.name));
    } catch (reason) {
      studio.styles = before;
      showProblem(reason);
    }
  }
}

function listNames(): readonly string[] {
  return studio.styles.map((style) => style.name);
}

export const gallery = new Gallery();
