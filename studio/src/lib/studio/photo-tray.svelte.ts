/** The photos that lie ready: what was brought together is gone through one by one, or made all at once. */
import type { Brought, Refused } from '../files/incoming-files';
import { Pixels } from '../pixels/pixels';

const SMALL_EDGE = 160;
/** More small copies than these are drawn only when they are asked for. */
export const FEW = 24;

export interface Bringing {
  readonly file: Blob;
  readonly name: string;
  /** The name with the folders that it lay in. */
  readonly path?: string;
}

export interface Ready extends Bringing {
  readonly id: number;
  readonly path: string;
}

export class Tray {
  items = $state.raw<readonly Ready[]>([]);
  /** ZIPs: they are opened by the server, and made only together with the rest. */
  zips = $state.raw<readonly Ready[]>([]);
  /** What was brought last and not taken. */
  refused = $state.raw<readonly Refused[]>([]);
  /** Identity of the photo that is open. */
  at = $state(0);
  /** Addresses of small copies, where the browser can read the photo. */
  small = $state.raw<ReadonlyMap<number, string>>(new Map());

  #last = 0;
  #drawing = false;

  /** All that a job would be made of. */
  get all(): readonly Ready[] {
    return [...this.items, ...this.zips];
  }

  /** Lays the files down. */
  add(files: readonly Bringing[]): readonly Ready[] {
    const added = files.map((one) => this.#name(one));
    this.items = [...this.items, ...added];
    if (this.items.length > 1) void this.draw(FEW);
    return added;
  }

  addZips(files: readonly Brought[]): void {
    this.zips = [...this.zips, ...files.map((one) => this.#name(one))];
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
    this.zips = this.zips.filter((item) => item.id !== id);
    this.items = this.items.filter((item) => item.id !== id);
    return this.items[Math.min(here, this.items.length - 1)] ?? null;
  }

  /** Draws small copies of the first so many photos, one after another. */
  async draw(most: number): Promise<void> {
    if (this.#drawing) return;
    this.#drawing = true;
    const tried = new Set<number>(this.small.keys());
    for (let item = this.#undrawn(tried, most); item; item = this.#undrawn(tried, most)) {
      tried.add(item.id);
      const url = await draw(item.file).catch(() => '');
      if (url) this.small = new Map(this.small).set(item.id, url);
    }
    this.#drawing = false;
  }

  #undrawn(tried: ReadonlySet<number>, most: number): Ready | undefined {
    return this.items.slice(0, most).find((item) => !tried.has(item.id));
  }

  #name({ file, name, path }: Bringing): Ready {
    return { id: (this.#last += 1), file, name, path: path ?? name };
  }
}

async function draw(file: Blob): Promise<string> {
  const pixels = await Pixels.open(file);
  const small = await pixels.reduce(SMALL_EDGE);
  pixels.close();
  return URL.createObjectURL(small);
}
