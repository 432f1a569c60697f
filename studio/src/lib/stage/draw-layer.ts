/** Draws a picture into its place on the stage: what is at hand at once, then the tiles where one looks near. */
import type { Tiles } from './tile-cache';
import type { Pane, View } from './stage-view.svelte';

export interface Layer {
  bitmap: ImageBitmap;
  tiles: Tiles | null;
}

/** Draws the layer into the pane, and only into `clip` of it. */
export function drawLayer(context: CanvasRenderingContext2D, view: View, pane: Pane, clip: Pane, layer: Layer): void {
  const place = view.place(pane);
  context.save();
  context.beginPath();
  context.rect(clip.x, clip.y, clip.width, clip.height);
  context.clip();
  context.imageSmoothingEnabled = view.share < 3;
  context.imageSmoothingQuality = 'high';
  context.drawImage(layer.bitmap, place.x, place.y, place.width, place.height);
  if (layer.tiles && view.share > (layer.bitmap.width / view.image.width) * 1.05) {
    drawTiles(context, view, pane, place, layer.tiles);
  }
  context.restore();
}

function drawTiles(context: CanvasRenderingContext2D, view: View, pane: Pane, place: Pane, tiles: Tiles): void {
  // The whole picture may differ from the photo by nothing but its file: both have the same pixels.
  const scale = place.width / tiles.pixels.width;
  const seen = {
    x: (pane.x - place.x) / scale,
    y: (pane.y - place.y) / scale,
    width: pane.width / scale,
    height: pane.height / scale,
  };
  for (const tile of tiles.over(seen, scale * view.dense)) {
    const left = snap(place.x + tile.x * scale, view);
    const top = snap(place.y + tile.y * scale, view);
    const right = snap(place.x + (tile.x + tile.width) * scale, view);
    const low = snap(place.y + (tile.y + tile.height) * scale, view);
    context.drawImage(tile.bitmap, left, top, right - left, low - top);
  }
}

/** To whole device pixels, so that no seam shows between tiles. */
function snap(value: number, view: View): number {
  return Math.round(value * view.dense) / view.dense;
}

/** What of `one` lies within `other`. */
export function meet(one: Pane, other: Pane): Pane {
  const x = Math.max(one.x, other.x);
  const y = Math.max(one.y, other.y);
  return {
    x,
    y,
    width: Math.max(0, Math.min(one.x + one.width, other.x + other.width) - x),
    height: Math.max(0, Math.min(one.y + one.height, other.y + other.height) - y),
  };
}
