/** A photo that a person opened: its file as it came, and its pixels for the screen. */
import { fetchBlob, makePicture } from '../api/pictures';
import { FULL_SIZE_UNSAVED, type Style } from '../api/types';
import { Problem, UNREADABLE } from '../api/problem';
import { Pixels } from '../pixels/pixels';

/** Long edges of a style's small preview and of the preview on the stage. */
export const STYLE_PREVIEW_EDGE = 640;
export const PREVIEW_EDGE = window.devicePixelRatio > 1.3 ? 2048 : 1600;
/**
 * Long edge of the photo that previews are made of. Strokes are as wide as on the whole picture only while the network
 * sees no less than it would of the whole photo: the style's canvas, and twice that for the finest strokes.
 */
const PREVIEW_SOURCE_EDGE = 2048;
/** Times these that it sees of a long photo at most, as the server has it (`ganvas/engine/engine.py`). */
const MAX_LENGTHENING = 16;

export interface Photo {
  /** Another for each opening. */
  readonly id: number;
  readonly file: Blob;
  readonly name: string;
  readonly pixels: Pixels;
  readonly bitmap: ImageBitmap;
  /** The photo reduced for the preview on the stage, and further for the style previews. */
  readonly previewSource: Blob;
  readonly stylePreviewSource: Blob;
}

let lastId = 0;

/** Opens a photo. Where the browser cannot read the format (HEIC, TIFF), the server reads it, with a style at 0. */
export async function openPhoto(file: Blob, name: string, styles: readonly Style[]): Promise<Photo> {
  if (file.size === 0) throw new Problem(UNREADABLE);
  const pixels = await Pixels.open(file).catch(() => decodeOnServer(file, name, styles[0]?.name));
  const canvas = Math.max(STYLE_PREVIEW_EDGE, ...styles.map((style) => style.canvas));
  const lengthening = lengthenBeyondTwoToOne(pixels);
  const [bitmap, previewSource, stylePreviewSource] = await Promise.all([
    pixels.toBitmap(PREVIEW_EDGE),
    pixels.reduce(Math.round(PREVIEW_SOURCE_EDGE * lengthening)),
    pixels.reduce(Math.round(Math.min(canvas, PREVIEW_SOURCE_EDGE) * lengthening)),
  ]);
  lastId += 1;
  return { id: lastId, file, name, pixels, bitmap, previewSource, stylePreviewSource };
}

/** How many times longer a photo is than one of 2:1: its strokes go by the short edge. */
function lengthenBeyondTwoToOne({ width, height }: Pixels): number {
  const ratio = Math.max(width, height) / Math.max(1, Math.min(width, height));
  return Math.min(MAX_LENGTHENING, Math.max(1, ratio / 2));
}

async function decodeOnServer(file: Blob, name: string, style: string | undefined): Promise<Pixels> {
  if (!style) throw new Problem(UNREADABLE);
  const picture = await makePicture({
    photo: file,
    name,
    style,
    strength: 0,
    stroke: 1,
    colour: 'style',
    mask: null,
    format: 'webp',
    quality: 95,
    metadata: 'none',
    longEdge: FULL_SIZE_UNSAVED,
  });
  return Pixels.open(await fetchBlob(picture.url));
}

export function closePhoto(photo: Photo): void {
  photo.pixels.close();
  photo.bitmap.close();
}

/** `beach.final.jpg` to `beach.final`. */
export function stripExtension(name: string): string {
  return name.replace(/\.[^.]+$/, '') || name;
}
