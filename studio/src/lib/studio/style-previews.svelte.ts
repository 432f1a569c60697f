/** Every style at once on the person's own photo, two at a time, in the order of the gallery. */
import { SvelteMap } from 'svelte/reactivity';
import { fetchBlob, makePicture } from '../api/pictures';
import { isAbort } from '../api/problem';
import { createControls } from './controls';
import { buildStylePreviewRequest } from './picture-request';
import type { Photo } from './photo';

const MAX_PARALLEL = 2;

export class StylePreviews {
  /** Address of the preview by the name of its style. */
  readonly urls = new SvelteMap<string, string>();
  readonly problems = new SvelteMap<string, unknown>();
  wait = $state(0);

  #abort: AbortController | null = null;

  /** `onTiming` is called with the seconds that a style's preview took. */
  constructor(readonly onTiming: (style: string, seconds: number) => void) {}

  async load(photo: Photo, styles: readonly string[]): Promise<void> {
    this.clear();
    const abort = new AbortController();
    this.#abort = abort;
    const queue = [...styles];
    await Promise.all(Array.from({ length: MAX_PARALLEL }, () => this.#loadQueue(photo, queue, abort)));
  }

  retry(photo: Photo, style: string): Promise<void> {
    this.problems.delete(style);
    this.#abort ??= new AbortController();
    return this.#loadQueue(photo, [style], this.#abort);
  }

  clear(): void {
    this.#abort?.abort();
    this.#abort = null;
    for (const url of this.urls.values()) URL.revokeObjectURL(url);
    this.urls.clear();
    this.problems.clear();
    this.wait = 0;
  }

  async #loadQueue(photo: Photo, queue: string[], abort: AbortController): Promise<void> {
    const options = { signal: abort.signal, onWait: (seconds: number) => (this.wait = seconds) };
    for (let style = queue.shift(); style !== undefined; style = queue.shift()) {
      try {
        const picture = await makePicture(await buildStylePreviewRequest(photo, createControls(style)), options);
        const blob = await fetchBlob(picture.url, options);
        if (abort.signal.aborted) return;
        this.urls.set(style, URL.createObjectURL(blob));
        this.onTiming(style, picture.seconds);
      } catch (reason) {
        if (isAbort(reason) || abort.signal.aborted) return;
        this.problems.set(style, reason);
      }
    }
  }
}
