/** A mask as the server keeps it, a grey picture, made a mark that the brush goes on from. */
import type { Print } from '../studio/controls';

let prints = 0;

/** Bright is where the style goes. Rejects where the blob is no picture. */
export async function readMask(blob: Blob): Promise<Print> {
  const bitmap = await createImageBitmap(blob);
  const print = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = print.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas to be had');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const pixels = context.getImageData(0, 0, print.width, print.height);
  const { data } = pixels;
  for (let at = 0; at < data.length; at += 4) {
    data[at + 3] = ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0)) / 3;
  }
  context.putImageData(pixels, 0, 0);
  prints += 1;
  return { print, key: prints, erase: false };
}
