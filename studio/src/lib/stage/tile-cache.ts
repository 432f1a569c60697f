/** A picture in tiles, cropped by the worker as they come into sight, so that only what is seen is held. */
import type { Pixels } from '../pixels/pixels';

const TILE_SIDE = 512;
const MAX_TILES = 96;
const MAX_PARALLEL = 4;

export interface Tile {
  bitmap: ImageBitmap;
  x: number;
  y: number;
  width: number;
  height: number;
}

export class TileCache {
  #tiles = new Map<string, Tile>();
  #requested = new Set<string>();
  #closed = false;

  constructor(
    readonly pixels: Pixels,
    private readonly onTile: () => void,
  ) {}

  /** The tiles at hand for this box of the picture; the missing ones are asked for. `share`: device pixels a pixel. */
  *getTiles(box: { x: number; y: number; width: number; height: number }, share: number): Generator<Tile> {
    const step = TILE_SIDE * 2 ** Math.max(0, Math.floor(Math.log2(1 / share)));
    const right = Math.min(this.pixels.width, box.x + box.width);
    const bottom = Math.min(this.pixels.height, box.y + box.height);
    for (let y = Math.floor(Math.max(0, box.y) / step) * step; y < bottom; y += step) {
      for (let x = Math.floor(Math.max(0, box.x) / step) * step; x < right; x += step) {
        const tile = this.#getOrRequest(x, y, step);
        if (tile) yield tile;
      }
    }
  }

  close(): void {
    this.#closed = true;
    for (const tile of this.#tiles.values()) tile.bitmap.close();
    this.#tiles.clear();
  }

  #getOrRequest(x: number, y: number, step: number): Tile | null {
    const name = `${step} ${x} ${y}`;
    const cached = this.#tiles.get(name);
    if (!cached) {
      if (!this.#requested.has(name) && this.#requested.size < MAX_PARALLEL) void this.#request(name, x, y, step);
      return null;
    }
    this.#tiles.delete(name);
    this.#tiles.set(name, cached);
    return cached;
  }

  async #request(name: string, x: number, y: number, step: number): Promise<void> {
    this.#requested.add(name);
    const width = Math.min(step, this.pixels.width - x);
    const height = Math.min(step, this.pixels.height - y);
    const share = TILE_SIDE / step;
    const size = [Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share))] as const;
    try {
      const bitmap = await this.pixels.crop({ x, y, width, height }, ...size);
      if (this.#closed) return bitmap.close();
      this.#store(name, { bitmap, x, y, width, height });
      this.onTile();
    } finally {
      this.#requested.delete(name);
    }
  }

  #store(name: string, tile: Tile): void {
    this.#tiles.set(name, tile);
    const [oldest] = this.#tiles.keys();
    if (this.#tiles.size <= MAX_TILES || oldest === undefined) return;
    this.#tiles.get(oldest)?.bitmap.close();
    this.#tiles.delete(oldest);
  }
}
