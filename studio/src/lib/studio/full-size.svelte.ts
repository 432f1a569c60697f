/** The whole picture, every pixel of it: made when somebody looks that near, copies it or takes it home. */
import { fetchBlob, makePicture } from '../api/pictures';
import { changeJob } from '../api/jobs';
import type { Picture, Wish } from '../api/types';
import type { Job } from '../api/job-types';
import { firstCut, sayCut, type Cut } from './crop';
import { nameLook, type Look, type Output } from './controls';
import { orderWhole } from './picture-request';
import type { Photo } from './photo';
import { Pixels } from '../pixels/pixels';

export interface Made {
  readonly name: string;
  readonly picture: Picture;
  readonly blob: Blob;
}

function all(photo: Photo): Cut {
  return firstCut('whole', photo.pixels);
}

export class Whole {
  busy = $state(false);
  wait = $state(0);
  /** Where the picture is made as a job, since it is too large to wait for: how far it is. */
  job = $state.raw<Job | null>(null);
  /** The newest whole picture, cut up for the stage. */
  pixels = $state.raw<Pixels | null>(null);
  /** Name of the look and output that `pixels` shows. */
  shown = $state('');

  #made: Made | null = null;
  #making: { name: string; made: Promise<Made> } | null = null;

  static nameOf(photo: Photo, look: Look, output: Output, cut: Cut = all(photo)): string {
    return `${photo.id} ${nameLook(look)} ${JSON.stringify(output)} ${JSON.stringify(sayCut(cut, photo.pixels))}`;
  }

  /** The picture at full size or the part that is cut, as it will be kept. Asked twice for the same, it is made once. */
  async make(photo: Photo, look: Look, output: Output, cut: Cut = all(photo)): Promise<Made> {
    const name = Whole.nameOf(photo, look, output, cut);
    if (this.#made?.name === name) return this.#made;
    if (this.#making?.name !== name) {
      this.#making = { name, made: this.#ask(name, () => orderWhole(photo, look, output, cut)) };
    }
    const making = this.#making;
    try {
      return await making.made;
    } finally {
      if (this.#making === making) this.#making = null;
    }
  }

  /** The same, cut up for the stage. */
  async open(photo: Photo, look: Look, output: Output): Promise<void> {
    const made = await this.make(photo, look, output);
    if (this.shown === made.name) return;
    const pixels = await Pixels.open(made.blob);
    this.pixels?.close();
    this.pixels = pixels;
    this.shown = made.name;
  }

  /** Stops the job; whoever waits for the picture is told. */
  async cancel(): Promise<void> {
    if (this.job) await changeJob(this.job.id, 'cancel');
  }

  clear(): void {
    this.pixels?.close();
    this.pixels = null;
    this.shown = '';
    this.#made = null;
    this.#making = null;
  }

  async #ask(name: string, order: () => Promise<Wish>): Promise<Made> {
    this.busy = true;
    const way = {
      onWait: (seconds: number) => (this.wait = seconds),
      onJob: (job: Job) => (this.job = { ...job }),
    };
    try {
      const picture = await makePicture(await order(), way);
      const blob = await fetchBlob(picture.url, way);
      const made = { name, picture, blob };
      this.#made = made;
      return made;
    } finally {
      this.busy = false;
      this.wait = 0;
      this.job = null;
    }
  }
}
