/** Draws a picture into its place on the stage: what is at hand at once, then the tiles where one looks near. */
import type { TileCache } from './tile-cache';
import type { Pane, StageView } from './stage-view.svelte';

export interface Layer {
  bitmap: ImageBitmap;
  tiles: TileCache | null;
}

/** Draws the layer into the pane, and only into `clip` of it. */
export function drawLayer(
  context: CanvasRenderingContext2D,
  view: StageView,
  pane: Pane,
  clip: Pane,
  layer: Layer,
): void {
  const place = view.locatePicture(pane);
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

function drawTiles(
  context: CanvasRenderingContext2D,
  view: StageView,
  pane: Pane,
  place: Pane,
  tiles: TileCache,
): void {
  // The whole picture may differ from the photo by nothing but its file: both have the same pixels.
  const scale = place.width / tiles.pixels.width;
  const visible = {
    x: (pane.x - place.x) / scale,
    y: (pane.y - place.y) / scale,
    width: pane.width / scale,
    height: pane.height / scale,
  };
  for (const tile of tiles.getTiles(visible, scale * view.pixelRatio)) {
    const left = snapToDevicePixel(place.x + tile.x * scale, view);
    const top = snapToDevicePixel(place.y + tile.y * scale, view);
    const right = snapToDevicePixel(place.x + (tile.x + tile.width) * scale, view);
    const bottom = snapToDevicePixel(place.y + (tile.y + tile.height) * scale, view);
    context.drawImage(tile.bitmap, left, top, right - left, bottom - top);
  }
}

/** To whole device pixels, so that no seam shows between tiles. */
function snapToDevicePixel(value: number, view: StageView): number {
  return Math.round(value * view.pixelRatio) / view.pixelRatio;
}

/** The part of `first` that lies within `second`. */
export function intersect(first: Pane, second: Pane): Pane {
  const x = Math.max(first.x, second.x);
  const y = Math.max(first.y, second.y);
  return {
    x,
    y,
    width: Math.max(0, Math.min(first.x + first.width, second.x + second.width) - x),
    height: Math.max(0, Math.min(first.y + first.height, second.y + second.height) - y),
  };
}
