/** The photos that a person added: opened one by one, or made all at once. */
import type { IncomingFile, RejectedFile } from '../files/incoming-files';
import { Pixels } from '../pixels/pixels';

const THUMBNAIL_EDGE = 160;
/** More thumbnails than these are drawn only on request. */
export const FIRST_THUMBNAILS = 24;

export interface NewPhoto {
  readonly file: Blob;
  readonly name: string;
  /** The name with the folders that it lay in. */
  readonly path?: string;
}

export interface TrayItem extends NewPhoto {
  readonly id: number;
  readonly path: string;
}

export class PhotoTray {
  items = $state.raw<readonly TrayItem[]>([]);
  /** ZIPs: they are opened by the server, and made only together with the rest. */
  zips = $state.raw<readonly TrayItem[]>([]);
  /** The files that were added last and rejected. */
  rejected = $state.raw<readonly RejectedFile[]>([]);
  /** Identity of the photo that is open. */
  openId = $state(0);
  /** Addresses of thumbnails, where the browser can read the photo. */
  thumbnails = $state.raw<ReadonlyMap<number, string>>(new Map());

  #lastId = 0;
  #busy = false;

  /** All that a job would be made of. */
  get allFiles(): readonly TrayItem[] {
    return [...this.items, ...this.zips];
  }

  /** Adds photos. */
  add(files: readonly NewPhoto[]): readonly TrayItem[] {
    const added = files.map((one) => this.#toItem(one));
    this.items = [...this.items, ...added];
    if (this.items.length > 1) void this.drawThumbnails(FIRST_THUMBNAILS);
    return added;
  }

  addZips(files: readonly IncomingFile[]): void {
    this.zips = [...this.zips, ...files.map((one) => this.#toItem(one))];
  }

  /** The photo so many places further, round and round. */
  getNeighbour(step: number): TrayItem | null {
    const here = this.items.findIndex((item) => item.id === this.openId);
    return this.items[(here + step + this.items.length) % this.items.length] ?? null;
  }

  /** Removes one photo, and returns the one that comes into its place. */
  remove(id: number): TrayItem | null {
    const here = this.items.findIndex((item) => item.id === id);
    URL.revokeObjectURL(this.thumbnails.get(id) ?? '');
    this.zips = this.zips.filter((item) => item.id !== id);
    this.items = this.items.filter((item) => item.id !== id);
    return this.items[Math.min(here, this.items.length - 1)] ?? null;
  }

  /** Draws thumbnails of the first so many photos, one after another. */
  async drawThumbnails(count: number): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const tried = new Set<number>(this.thumbnails.keys());
    for (let item = this.#findWithoutThumbnail(tried, count); item; item = this.#findWithoutThumbnail(tried, count)) {
      tried.add(item.id);
      const url = await drawThumbnail(item.file).catch(() => '');
      if (url) this.thumbnails = new Map(this.thumbnails).set(item.id, url);
    }
    this.#busy = false;
  }

  #findWithoutThumbnail(tried: ReadonlySet<number>, count: number): TrayItem | undefined {
    return this.items.slice(0, count).find((item) => !tried.has(item.id));
  }

  #toItem({ file, name, path }: NewPhoto): TrayItem {
    return { id: (this.#lastId += 1), file, name, path: path ?? name };
  }
}

async function drawThumbnail(file: Blob): Promise<string> {
  const pixels = await Pixels.open(file);
  const thumbnail = await pixels.reduce(THUMBNAIL_EDGE);
  pixels.close();
  return URL.createObjectURL(thumbnail);
}
