/** The picture on the stage: small enough to come at once, made again whenever the look changes. */
import { fetchBlob, makePicture } from '../api/pictures';
import { isCancel } from '../api/problem';
import { nameLook, type Look } from './controls';
import { orderProof } from './picture-request';
import type { Photo } from './photo';

const REST = 180;
const MOST = 24;

export class Proof {
  bitmap = $state.raw<ImageBitmap | null>(null);
  /** The look that `bitmap` shows; while another is being made this is the one before. */
  look = $state.raw<Look | null>(null);
  busy = $state(false);
  wait = $state(0);
  problem = $state.raw<unknown>(null);

  #made = new Map<string, ImageBitmap>();
  #stop: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Shows this look: at once where it was made before, else as soon as the server has made it. */
  want(photo: Photo, look: Look): void {
    this.cancel();
    this.problem = null;
    const made = this.#made.get(nameLook(look));
    if (made) return this.#show(look, made);
    this.busy = true;
    const stop = new AbortController();
    this.#stop = stop;
    this.#timer = setTimeout(() => void this.#make(photo, look, stop), this.bitmap ? REST : 0);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#stop?.abort();
    this.#stop = null;
    this.busy = false;
    this.wait = 0;
  }

  /** Forgets all, as for another photo. */
  clear(): void {
    this.cancel();
    for (const bitmap of this.#made.values()) bitmap.close();
    this.#made.clear();
    this.bitmap = null;
    this.look = null;
    this.problem = null;
  }

  async #make(photo: Photo, look: Look, stop: AbortController): Promise<void> {
    const way = { signal: stop.signal, onWait: (seconds: number) => (this.wait = seconds) };
    try {
      const picture = await makePicture(await orderProof(photo, look), way);
      const bitmap = await createImageBitmap(await fetchBlob(picture.url, way));
      if (stop.signal.aborted) return;
      this.#remember(look, bitmap);
      this.#show(look, bitmap);
    } catch (reason) {
      if (!isCancel(reason) && !stop.signal.aborted) this.problem = reason;
    } finally {
      if (this.#stop === stop) this.busy = false;
    }
  }

  #show(look: Look, bitmap: ImageBitmap): void {
    this.look = look;
    this.bitmap = bitmap;
  }

  #remember(look: Look, bitmap: ImageBitmap): void {
    this.#made.set(nameLook(look), bitmap);
    const [oldest] = this.#made.keys();
    if (this.#made.size <= MOST || oldest === undefined) return;
    this.#made.get(oldest)?.close();
    this.#made.delete(oldest);
  }
}
