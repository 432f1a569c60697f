/** The picture on the stage: small enough to come at once, made again whenever the controls change. */
import { fetchBlob, makePicture } from '../api/pictures';
import { isAbort } from '../api/problem';
import { makeControlsKey, type Controls } from './controls';
import { buildPreviewRequest } from './picture-request';
import type { Photo } from './photo';

const DELAY = 180;
const MAX_CACHED = 24;

export class Preview {
  bitmap = $state.raw<ImageBitmap | null>(null);
  /** The controls that `bitmap` shows; while another picture is being made these are the ones before. */
  controls = $state.raw<Controls | null>(null);
  busy = $state(false);
  wait = $state(0);
  problem = $state.raw<unknown>(null);

  #cache = new Map<string, ImageBitmap>();
  #abort: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Shows the picture of these controls: at once where it was made before, else as soon as the server has made it. */
  show(photo: Photo, controls: Controls): void {
    this.cancel();
    this.problem = null;
    const cached = this.#cache.get(makeControlsKey(controls));
    if (cached) return this.#display(controls, cached);
    this.busy = true;
    const abort = new AbortController();
    this.#abort = abort;
    this.#timer = setTimeout(() => void this.#request(photo, controls, abort), this.bitmap ? DELAY : 0);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
    this.busy = false;
    this.wait = 0;
  }

  /** Forgets all, as for another photo. */
  clear(): void {
    this.cancel();
    for (const bitmap of this.#cache.values()) bitmap.close();
    this.#cache.clear();
    this.bitmap = null;
    this.controls = null;
    this.problem = null;
  }

  async #request(photo: Photo, controls: Controls, abort: AbortController): Promise<void> {
    const options = { signal: abort.signal, onWait: (seconds: number) => (this.wait = seconds) };
    try {
      const picture = await makePicture(await buildPreviewRequest(photo, controls), options);
      const bitmap = await createImageBitmap(await fetchBlob(picture.url, options));
      if (abort.signal.aborted) return;
      this.#store(controls, bitmap);
      this.#display(controls, bitmap);
    } catch (reason) {
      if (!isAbort(reason) && !abort.signal.aborted) this.problem = reason;
    } finally {
      if (this.#abort === abort) this.busy = false;
    }
  }

  #display(controls: Controls, bitmap: ImageBitmap): void {
    this.controls = controls;
    this.bitmap = bitmap;
  }

  #store(controls: Controls, bitmap: ImageBitmap): void {
    this.#cache.set(makeControlsKey(controls), bitmap);
    const [oldest] = this.#cache.keys();
    if (this.#cache.size <= MAX_CACHED || oldest === undefined) return;
    this.#cache.get(oldest)?.close();
    this.#cache.delete(oldest);
  }
}
