/// <reference lib="webworker" />
/** Decodes, reduces and crops pictures away from the page's thread, so that no size of picture makes the page stop. */
import type { WorkerReply, Box, WorkerCall, WorkerRequest } from './worker-messages';

const bitmaps = new Map<number, ImageBitmap>();
let lastId = 0;

self.onmessage = async (event: MessageEvent<WorkerRequest>) => {
  const { callId, call } = event.data;
  try {
    const result = await handleCall(call);
    postReply({ callId, result }, result instanceof ImageBitmap ? [result] : []);
  } catch (reason) {
    postReply({ callId, error: String(reason) }, []);
  }
};

function postReply(reply: WorkerReply, transfer: Transferable[]): void {
  self.postMessage(reply, transfer);
}

function handleCall(call: WorkerCall): Promise<unknown> | unknown {
  if (call.name === 'open') return open(call.blob);
  if (call.name === 'reduce') return reduce(getBitmap(call.id), call.longEdge, call.opaque);
  if (call.name === 'crop')
    return drawCrop(getBitmap(call.id), call.box, call.width, call.height).transferToImageBitmap();
  return close(call.id);
}

async function open(blob: Blob) {
  const bitmap = await createImageBitmap(blob);
  lastId += 1;
  bitmaps.set(lastId, bitmap);
  return { id: lastId, width: bitmap.width, height: bitmap.height, opaque: isOpaque(bitmap, blob.type) };
}

/** Whether nothing shines through: told by the kind of file, else by a small copy. */
function isOpaque(bitmap: ImageBitmap, kind: string): boolean {
  if (kind === 'image/jpeg') return true;
  const whole = { x: 0, y: 0, width: bitmap.width, height: bitmap.height };
  const small = drawCrop(bitmap, whole, 128, 128).getContext('2d')?.getImageData(0, 0, 128, 128).data;
  return small !== undefined && !small.some((value, index) => index % 4 === 3 && value < 255);
}

function getBitmap(id: number): ImageBitmap {
  const bitmap = bitmaps.get(id);
  if (!bitmap) throw new Error('this picture is closed');
  return bitmap;
}

function close(id: number): null {
  bitmaps.get(id)?.close();
  bitmaps.delete(id);
  return null;
}

function reduce(bitmap: ImageBitmap, longEdge: number, opaque: boolean): Promise<Blob> {
  const share = Math.min(1, longEdge / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * share));
  const height = Math.max(1, Math.round(bitmap.height * share));
  const whole = { x: 0, y: 0, width: bitmap.width, height: bitmap.height };
  return drawCrop(bitmap, whole, width, height).convertToBlob({
    type: opaque ? 'image/jpeg' : 'image/webp',
    quality: 0.95,
  });
}

function drawCrop(bitmap: ImageBitmap, box: Box, width: number, height: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas to be had');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, box.x, box.y, box.width, box.height, 0, 0, width, height);
  return canvas;
}
