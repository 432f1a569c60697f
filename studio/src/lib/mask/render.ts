/** Strokes of the brush as a mask: white where the style goes, black where the photo stays. */
import type { Dab, Mark, Print } from '../studio/controls';

const MOST = 1024;
type Context = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;

/** The mask as a PNG for the server, or none where nothing was painted. */
export async function maskBlob(dabs: readonly Mark[], width: number, height: number): Promise<Blob | null> {
  if (dabs.length === 0) return null;
  const canvas = maskCanvas(dabs, width, height, '#ffffff');
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = '#000000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: 'image/png' });
}

/** A canvas with the photo's proportions: `colour` where the style goes, nothing elsewhere. */
export function maskCanvas(dabs: readonly Mark[], width: number, height: number, colour: string): OffscreenCanvas {
  const share = Math.min(1, MOST / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share)));
  const context = canvas.getContext('2d');
  if (context) paint(context, dabs, colour);
  return canvas;
}

/** Who begins with the eraser means "everywhere but here". */
function paint(context: Context, dabs: readonly Mark[], colour: string): void {
  const { width, height } = context.canvas;
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  if (dabs[0]?.erase) context.fillRect(0, 0, width, height);
  for (const dab of dabs) {
    context.globalCompositeOperation = dab.erase ? 'destination-out' : 'source-over';
    if ('print' in dab) paintPrint(context, dab, colour);
    else paintDab(context, dab, Math.max(width, height));
  }
}

function paintPrint(context: Context, { print }: Print, colour: string): void {
  const { width, height } = context.canvas;
  const tinted = new OffscreenCanvas(width, height);
  const own = tinted.getContext('2d');
  if (!own) return;
  own.drawImage(print, 0, 0, width, height);
  own.globalCompositeOperation = 'source-in';
  own.fillStyle = colour;
  own.fillRect(0, 0, width, height);
  context.drawImage(tinted, 0, 0);
}

function paintDab(context: Context, dab: Dab, edge: number): void {
  const [first, ...rest] = dab.points;
  if (!first) return;
  context.beginPath();
  // A line of no length is not drawn, so a touch is a disc.
  if (rest.length === 0) {
    context.arc(first[0] * edge, first[1] * edge, dab.radius * edge, 0, 2 * Math.PI);
    return context.fill();
  }
  context.lineWidth = dab.radius * 2 * edge;
  context.moveTo(first[0] * edge, first[1] * edge);
  for (const point of rest) context.lineTo(point[0] * edge, point[1] * edge);
  context.stroke();
}
