/** A value with its past: changes that belong to one gesture are undone as one. */

const MAX_STEPS = 200;

export class UndoStack<T> {
  #past = $state.raw<readonly T[]>([]);
  #future = $state.raw<readonly T[]>([]);
  #now: T = $state.raw() as T;
  #gesture: string | null = null;

  constructor(initial: T) {
    this.#now = initial;
  }

  get now(): T {
    return this.#now;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** Goes on to `next`. While the same gesture goes on (a slider is dragged), only its beginning is kept. */
  change(next: T, gesture: string | null = null): void {
    if (gesture === null || gesture !== this.#gesture) this.#past = [...this.#past.slice(-MAX_STEPS), this.#now];
    this.#gesture = gesture;
    this.#future = [];
    this.#now = next;
  }

  /** The gesture is over: the next change is one of its own. */
  endGesture(): void {
    this.#gesture = null;
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (before === undefined) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [this.#now, ...this.#future];
    this.#now = before;
    this.endGesture();
  }

  redo(): void {
    const [next, ...rest] = this.#future;
    if (next === undefined) return;
    this.#past = [...this.#past, this.#now];
    this.#future = rest;
    this.#now = next;
    this.endGesture();
  }

  /** Begins again with `initial`, without a past. */
  restart(initial: T): void {
    this.#past = [];
    this.#future = [];
    this.#now = initial;
    this.endGesture();
  }
}
