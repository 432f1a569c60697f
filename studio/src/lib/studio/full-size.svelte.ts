/** The picture at full size: made when somebody zooms in that far, copies or downloads it. */
import { fetchBlob, makePicture } from '../api/pictures';
import { changeJob } from '../api/jobs';
import type { Picture, PictureRequest } from '../api/types';
import type { Job } from '../api/job-types';
import { createCrop, formatCrop, type Crop } from './crop';
import { makeControlsKey, type Controls, type Output } from './controls';
import { buildFullSizeRequest } from './picture-request';
import type { Photo } from './photo';
import { Pixels } from '../pixels/pixels';

export interface FullSizePicture {
  readonly key: string;
  readonly picture: Picture;
  readonly blob: Blob;
}

function cropNothing(photo: Photo): Crop {
  return createCrop('whole', photo.pixels);
}

export class FullSize {
  busy = $state(false);
  wait = $state(0);
  /** Where the picture is made as a job, since it is too large to wait for: how far it is. */
  job = $state.raw<Job | null>(null);
  /** The newest full-size picture, decoded for the stage. */
  pixels = $state.raw<Pixels | null>(null);
  /** Key of the controls and output that `pixels` shows. */
  shownKey = $state('');

  #latest: FullSizePicture | null = null;
  #pending: { key: string; result: Promise<FullSizePicture> } | null = null;

  static makeKey(photo: Photo, controls: Controls, output: Output, crop: Crop = cropNothing(photo)): string {
    return `${photo.id} ${makeControlsKey(controls)} ${JSON.stringify(output)} ${JSON.stringify(formatCrop(crop, photo.pixels))}`;
  }

  /** The picture at full size or its crop, as it will be kept. Asked twice for the same, it is made once. */
  async make(
    photo: Photo,
    controls: Controls,
    output: Output,
    crop: Crop = cropNothing(photo),
  ): Promise<FullSizePicture> {
    const key = FullSize.makeKey(photo, controls, output, crop);
    if (this.#latest?.key === key) return this.#latest;
    if (this.#pending?.key !== key) {
      this.#pending = { key, result: this.#request(key, () => buildFullSizeRequest(photo, controls, output, crop)) };
    }
    const pending = this.#pending;
    try {
      return await pending.result;
    } finally {
      if (this.#pending === pending) this.#pending = null;
    }
  }

  /** The same, decoded for the stage. */
  async openForStage(photo: Photo, controls: Controls, output: Output): Promise<void> {
    const result = await this.make(photo, controls, output);
    if (this.shownKey === result.key) return;
    const pixels = await Pixels.open(result.blob);
    this.pixels?.close();
    this.pixels = pixels;
    this.shownKey = result.key;
  }

  /** Cancels the job; the promise of the picture rejects. */
  async cancel(): Promise<void> {
    if (this.job) await changeJob(this.job.id, 'cancel');
  }

  clear(): void {
    this.pixels?.close();
    this.pixels = null;
    this.shownKey = '';
    this.#latest = null;
    this.#pending = null;
  }

  async #request(key: string, build: () => Promise<PictureRequest>): Promise<FullSizePicture> {
    this.busy = true;
    const options = {
      onWait: (seconds: number) => (this.wait = seconds),
      onJob: (job: Job) => (this.job = { ...job }),
    };
    try {
      const picture = await makePicture(await build(), options);
      const blob = await fetchBlob(picture.url, options);
      const result = { key, picture, blob };
      this.#latest = result;
      return result;
    } finally {
      this.busy = false;
      this.wait = 0;
      this.job = null;
    }
  }
}
