/** Every style at once on the person's own photo, two at a time, in the order of the gallery. */
import { SvelteMap } from 'svelte/reactivity';
import { fetchBlob, makePicture } from '../api/pictures';
import { isCancel } from '../api/problem';
import { firstLook } from './controls';
import { orderPreview } from './picture-request';
import type { Photo } from './photo';

const AT_ONCE = 2;

export class Wall {
  /** Address of the preview by the name of its style. */
  readonly shown = new SvelteMap<string, string>();
  readonly problems = new SvelteMap<string, unknown>();
  wait = $state(0);

  #stop: AbortController | null = null;

  /** `onMade` is told how many seconds the making of a style's preview took. */
  constructor(readonly onMade: (style: string, seconds: number) => void) {}

  async fill(photo: Photo, styles: readonly string[]): Promise<void> {
    this.clear();
    const stop = new AbortController();
    this.#stop = stop;
    const left = [...styles];
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work(photo, left, stop)));
  }

  again(photo: Photo, style: string): Promise<void> {
    this.problems.delete(style);
    this.#stop ??= new AbortController();
    return this.#work(photo, [style], this.#stop);
  }

  clear(): void {
    this.#stop?.abort();
    this.#stop = null;
    for (const url of this.shown.values()) URL.revokeObjectURL(url);
    this.shown.clear();
    this.problems.clear();
    this.wait = 0;
  }

  async #work(photo: Photo, left: string[], stop: AbortController): Promise<void> {
    const way = { signal: stop.signal, onWait: (seconds: number) => (this.wait = seconds) };
    for (let style = left.shift(); style !== undefined; style = left.shift()) {
      try {
        const picture = await makePicture(await orderPreview(photo, firstLook(style)), way);
        const blob = await fetchBlob(picture.url, way);
        if (stop.signal.aborted) return;
        this.shown.set(style, URL.createObjectURL(blob));
        this.onMade(style, picture.seconds);
      } catch (reason) {
        if (isCancel(reason) || stop.signal.aborted) return;
        this.problems.set(style, reason);
      }
    }
  }
}
