/** A mask as the server keeps it, a grey picture, made a mark that the brush goes on from. */
import type { ImportedMask } from '../studio/controls';

let lastKey = 0;

/** Bright is where the style goes. Rejects where the blob is no picture. */
export async function importMask(blob: Blob): Promise<ImportedMask> {
  const bitmap = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas to be had');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  const { data } = pixels;
  for (let at = 0; at < data.length; at += 4) {
    data[at + 3] = ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0)) / 3;
  }
  context.putImageData(pixels, 0, 0);
  lastKey += 1;
  return { canvas, key: lastKey, erase: false };
}
