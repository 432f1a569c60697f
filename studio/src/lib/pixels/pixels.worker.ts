/// <reference lib="webworker" />
/** Decodes, reduces and cuts pictures away from the page's thread, so that no size of picture makes the page stop. */
import type { Answer, Box, Call, Request } from './worker-messages';

const opened = new Map<number, ImageBitmap>();
let last = 0;

self.onmessage = async (event: MessageEvent<Request>) => {
  const { turn, call } = event.data;
  try {
    const gives = await answer(call);
    tell({ turn, gives }, gives instanceof ImageBitmap ? [gives] : []);
  } catch (reason) {
    tell({ turn, wrong: String(reason) }, []);
  }
};

function tell(said: Answer, given: Transferable[]): void {
  self.postMessage(said, given);
}

function answer(call: Call): Promise<unknown> | unknown {
  if (call.name === 'open') return open(call.blob);
  if (call.name === 'reduce') return reduce(find(call.id), call.longEdge, call.opaque);
  if (call.name === 'part') return cut(find(call.id), call.box, call.width, call.height).transferToImageBitmap();
  return close(call.id);
}

async function open(blob: Blob) {
  const bitmap = await createImageBitmap(blob);
  last += 1;
  opened.set(last, bitmap);
  return { id: last, width: bitmap.width, height: bitmap.height, opaque: isOpaque(bitmap, blob.type) };
}

/** Whether nothing shines through: told by the kind of file, else by a small copy. */
function isOpaque(bitmap: ImageBitmap, kind: string): boolean {
  if (kind === 'image/jpeg') return true;
  const whole = { x: 0, y: 0, width: bitmap.width, height: bitmap.height };
  const small = cut(bitmap, whole, 128, 128).getContext('2d')?.getImageData(0, 0, 128, 128).data;
  return small !== undefined && !small.some((value, index) => index % 4 === 3 && value < 255);
}

function find(id: number): ImageBitmap {
  const bitmap = opened.get(id);
  if (!bitmap) throw new Error('this picture is closed');
  return bitmap;
}

function close(id: number): null {
  opened.get(id)?.close();
  opened.delete(id);
  return null;
}

function reduce(bitmap: ImageBitmap, longEdge: number, opaque: boolean): Promise<Blob> {
  const share = Math.min(1, longEdge / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * share));
  const height = Math.max(1, Math.round(bitmap.height * share));
  const whole = { x: 0, y: 0, width: bitmap.width, height: bitmap.height };
  return cut(bitmap, whole, width, height).convertToBlob({ type: opaque ? 'image/jpeg' : 'image/webp', quality: 0.95 });
}

function cut(bitmap: ImageBitmap, box: Box, width: number, height: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas to be had');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, box.x, box.y, box.width, box.height, 0, 0, width, height);
  return canvas;
}
