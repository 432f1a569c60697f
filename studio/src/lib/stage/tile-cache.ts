/** A picture in tiles, cut by the worker as they come into sight, so that only what is seen is held. */
import type { Pixels } from '../pixels/pixels';

const SIDE = 512;
const MOST = 96;
const AT_ONCE = 4;

export interface Tile {
  bitmap: ImageBitmap;
  x: number;
  y: number;
  width: number;
  height: number;
}

export class Tiles {
  #held = new Map<string, Tile>();
  #asked = new Set<string>();
  #gone = false;

  constructor(
    readonly pixels: Pixels,
    private readonly onTile: () => void,
  ) {}

  /** The tiles at hand for this box of the picture; the missing ones are asked for. `share`: device pixels a pixel. */
  *over(box: { x: number; y: number; width: number; height: number }, share: number): Generator<Tile> {
    const step = SIDE * 2 ** Math.max(0, Math.floor(Math.log2(1 / share)));
    const right = Math.min(this.pixels.width, box.x + box.width);
    const low = Math.min(this.pixels.height, box.y + box.height);
    for (let y = Math.floor(Math.max(0, box.y) / step) * step; y < low; y += step) {
      for (let x = Math.floor(Math.max(0, box.x) / step) * step; x < right; x += step) {
        const tile = this.#find(x, y, step);
        if (tile) yield tile;
      }
    }
  }

  close(): void {
    this.#gone = true;
    for (const tile of this.#held.values()) tile.bitmap.close();
    this.#held.clear();
  }

  #find(x: number, y: number, step: number): Tile | null {
    const name = `${step} ${x} ${y}`;
    const held = this.#held.get(name);
    if (!held) {
      if (!this.#asked.has(name) && this.#asked.size < AT_ONCE) void this.#ask(name, x, y, step);
      return null;
    }
    this.#held.delete(name);
    this.#held.set(name, held);
    return held;
  }

  async #ask(name: string, x: number, y: number, step: number): Promise<void> {
    this.#asked.add(name);
    const width = Math.min(step, this.pixels.width - x);
    const height = Math.min(step, this.pixels.height - y);
    const share = SIDE / step;
    const size = [Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share))] as const;
    try {
      const bitmap = await this.pixels.part({ x, y, width, height }, ...size);
      if (this.#gone) return bitmap.close();
      this.#keep(name, { bitmap, x, y, width, height });
      this.onTile();
    } finally {
      this.#asked.delete(name);
    }
  }

  #keep(name: string, tile: Tile): void {
    this.#held.set(name, tile);
    const [oldest] = this.#held.keys();
    if (this.#held.size <= MOST || oldest === undefined) return;
    this.#held.get(oldest)?.bitmap.close();
    this.#held.delete(oldest);
  }
}
