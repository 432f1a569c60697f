/** Strokes of the brush as a mask: white where the style goes, black where the photo stays. */
import type { Dab, MaskMark, ImportedMask } from '../studio/controls';

const MAX_EDGE = 1024;
type Context = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;

/** The mask as a PNG for the server, or none where nothing was painted. */
export async function encodeMask(marks: readonly MaskMark[], width: number, height: number): Promise<Blob | null> {
  if (marks.length === 0) return null;
  const canvas = drawMask(marks, width, height, '#ffffff');
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = '#000000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: 'image/png' });
}

/** A canvas with the photo's proportions: `colour` where the style goes, nothing elsewhere. */
export function drawMask(marks: readonly MaskMark[], width: number, height: number, colour: string): OffscreenCanvas {
  const share = Math.min(1, MAX_EDGE / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share)));
  const context = canvas.getContext('2d');
  if (context) drawMarks(context, marks, colour);
  return canvas;
}

/** Who begins with the eraser means "everywhere but here". */
function drawMarks(context: Context, marks: readonly MaskMark[], colour: string): void {
  const { width, height } = context.canvas;
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  if (marks[0]?.erase) context.fillRect(0, 0, width, height);
  for (const mark of marks) {
    context.globalCompositeOperation = mark.erase ? 'destination-out' : 'source-over';
    if ('canvas' in mark) drawImportedMask(context, mark, colour);
    else drawDab(context, mark, Math.max(width, height));
  }
}

function drawImportedMask(context: Context, { canvas }: ImportedMask, colour: string): void {
  const { width, height } = context.canvas;
  const tinted = new OffscreenCanvas(width, height);
  const ownContext = tinted.getContext('2d');
  if (!ownContext) return;
  ownContext.drawImage(canvas, 0, 0, width, height);
  ownContext.globalCompositeOperation = 'source-in';
  ownContext.fillStyle = colour;
  ownContext.fillRect(0, 0, width, height);
  context.drawImage(tinted, 0, 0);
}

function drawDab(context: Context, dab: Dab, edge: number): void {
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
