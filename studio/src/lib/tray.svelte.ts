/** The photos that lie ready: what was brought together is gone through one by one. */
import { Pixels } from './pixels/pixels';

const SMALL_EDGE = 160;

export interface Ready {
  readonly id: number;
  readonly file: Blob;
  readonly name: string;
}

export class Tray {
  items = $state.raw<readonly Ready[]>([]);
  /** Identity of the photo that is open. */
  at = $state(0);
  /** Addresses of small copies, where the browser can read the photo. */
  small = $state.raw<ReadonlyMap<number, string>>(new Map());

  #last = 0;

  /** Lays the files down. */
  add(files: readonly { file: Blob; name: string }[]): readonly Ready[] {
    const added = files.map(({ file, name }) => ({ id: (this.#last += 1), file, name }));
    this.items = [...this.items, ...added];
    if (this.items.length > 1) void this.#draw();
    return added;
  }

  /** The photo so many places further, round and round. */
  next(by: number): Ready | null {
    const here = this.items.findIndex((item) => item.id === this.at);
    return this.items[(here + by + this.items.length) % this.items.length] ?? null;
  }

  /** Takes one photo away, and gives back the one that lies in its place. */
  remove(id: number): Ready | null {
    const here = this.items.findIndex((item) => item.id === id);
    URL.revokeObjectURL(this.small.get(id) ?? '');
    this.items = this.items.filter((item) => item.id !== id);
    return this.items[Math.min(here, this.items.length - 1)] ?? null;
  }

  async #draw(): Promise<void> {
    for (const item of this.items) {
      if (this.small.has(item.id)) continue;
      const url = await draw(item.file).catch(() => '');
      if (url) this.small = new Map(this.small).set(item.id, url);
    }
  }
}

async function draw(file: Blob): Promise<string> {
  const pixels = await Pixels.open(file);
  const small = await pixels.reduce(SMALL_EDGE);
  pixels.close();
  return URL.createObjectURL(small);
}
