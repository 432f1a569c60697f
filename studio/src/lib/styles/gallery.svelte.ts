/** The gallery: which styles are in sight, in which order, and which files are being taken in. Knows no page. */
import { isGone } from '../api/problem';
import type { Style } from '../api/types';
import { addStyle, orderStyles, removeStyle } from '../api/styles';
import { language } from '../language/language.svelte';
import { complain, tell } from '../toasts/toasts.svelte';
import { studio } from '../studio/studio.svelte';
import { ANY, arrange, place, type Order, type Sieve } from './filter-styles';

/** A style file that somebody brought: being checked, or refused for a reason. */
export interface Brought {
  readonly id: number;
  readonly name: string;
  readonly problem: unknown;
}

class Gallery {
  sieve = $state.raw<Sieve>(ANY);
  order = $state<Order>('mine');
  brought = $state.raw<readonly Brought[]>([]);
  /** The style whose removal is being asked about. */
  doomed = $state.raw<Style | null>(null);
  /** Where a style was put, for those who hear the page. */
  placed = $state.raw<{ name: string; at: number } | null>(null);

  readonly shown = $derived(arrange(studio.styles, this.sieve, this.order, language()));
  readonly sifted = $derived(Object.values(this.sieve).some(Boolean));
  /** Places mean something only where all are in sight in their own order. */
  readonly movable = $derived(this.order === 'mine' && !this.sifted && studio.styles.length > 1);

  #past: (readonly string[])[] = [];
  #future: (readonly string[])[] = [];
  #last = 0;

  sift(changes: Partial<Sieve>): void {
    this.sieve = { ...this.sieve, ...changes };
  }

  /** Puts the style at this place. */
  move(name: string, at: number): void {
    const before = names();
    const after = place(before, name, at);
    if (after.join() === before.join()) return;
    this.#past.push(before);
    this.#future = [];
    this.placed = { name, at: after.indexOf(name) };
    void this.#arrange(after);
  }

  step(name: string, by: number): void {
    this.move(name, names().indexOf(name) + by);
  }

  undo(): void {
    const before = this.#past.pop();
    if (!before) return;
    this.#future.push(names());
    void this.#arrange(before);
  }

  redo(): void {
    const next = this.#future.pop();
    if (!next) return;
    this.#past.push(names());
    void this.#arrange(next);
  }

  /** Has the server check these files, one after another, and takes in what is a style. */
  async add(files: readonly File[]): Promise<void> {
    const fresh = files.map((file) => ({ file, id: (this.#last += 1) }));
    this.brought = [...this.brought, ...fresh.map(({ file, id }) => ({ id, name: file.name, problem: null }))];
    for (const { file, id } of fresh) {
      try {
        const style = await addStyle(file);
        this.brought = this.brought.filter((one) => one.id !== id);
        await studio.list();
        tell('styles.added', { name: style.title[language()] ?? style.name });
      } catch (problem) {
        this.brought = this.brought.map((one) => (one.id === id ? { ...one, problem } : one));
      }
    }
  }

  dismiss(id: number): void {
    this.brought = this.brought.filter((one) => one.id !== id);
  }

  /** Takes the style from the server, for all who use it. */
  async remove(style: Style): Promise<void> {
    this.doomed = null;
    try {
      await removeStyle(style.name);
      tell('styles.removed', { name: style.title[language()] ?? style.name });
    } catch (reason) {
      if (!isGone(reason)) complain(reason);
    }
    await studio.list();
  }

  /** Shows the order at once, and has the server keep it; what it refuses is as it was. */
  async #arrange(wanted: readonly string[]): Promise<void> {
    const before = studio.styles;
    const at = new Map(wanted.map((name, index) => [name, index]));
    const rank = (style: Style): number => at.get(style.name) ?? wanted.length;
    studio.styles = [...before].sort((one, other) => rank(one) - rank(other));
    try {
      await orderStyles(studio.styles.map((style) => style.name));
    } catch (reason) {
      studio.styles = before;
      complain(reason);
    }
  }
}

function names(): readonly string[] {
  return studio.styles.map((style) => style.name);
}

export const gallery = new Gallery();
