/** The photo that a person brought: its file as it came, and its pixels for the screen. */
import { fetchBlob, makePicture } from './api/client';
import { UNKEPT, type Style } from './api/shapes';
import { Problem, UNREADABLE } from './api/problem';
import { Pixels } from './pixels/pixels';

/** Long edges of a preview on the wall and of a proof on the stage. */
export const WALL_EDGE = 640;
export const PROOF_EDGE = window.devicePixelRatio > 1.3 ? 2048 : 1600;
/**
 * Long edge of the photo that proofs are made of. Strokes are as wide as on the whole picture only while the network
 * sees no less than it would of the whole photo: the style's canvas, and twice that for the finest strokes.
 */
const SOURCE_EDGE = 2048;
/** Times these that it sees of a long photo at most, as the server has it (`LONGEST` in ganvas/engine/engine.py). */
const LONGEST = 16;

export interface Photo {
  /** Another for each opening. */
  readonly id: number;
  readonly file: Blob;
  readonly name: string;
  readonly pixels: Pixels;
  readonly base: ImageBitmap;
  /** The photo reduced for proofs, and further for the wall. */
  readonly source: Blob;
  readonly wall: Blob;
}

let opened = 0;

/** Opens a photo. Where the browser cannot read the format (HEIC, TIFF), the server reads it, with a style at 0. */
export async function openPhoto(file: Blob, name: string, styles: readonly Style[]): Promise<Photo> {
  if (file.size === 0) throw new Problem(UNREADABLE);
  const pixels = await Pixels.open(file).catch(() => openByServer(file, name, styles[0]?.name));
  const canvas = Math.max(WALL_EDGE, ...styles.map((style) => style.canvas));
  const longer = beyondTwoToOne(pixels);
  const [base, source, wall] = await Promise.all([
    pixels.whole(PROOF_EDGE),
    pixels.reduce(Math.round(SOURCE_EDGE * longer)),
    pixels.reduce(Math.round(Math.min(canvas, SOURCE_EDGE) * longer)),
  ]);
  opened += 1;
  return { id: opened, file, name, pixels, base, source, wall };
}

/** How many times longer a photo is than one of 2:1: its strokes go by the short edge. */
function beyondTwoToOne({ width, height }: Pixels): number {
  const ratio = Math.max(width, height) / Math.max(1, Math.min(width, height));
  return Math.min(LONGEST, Math.max(1, ratio / 2));
}

async function openByServer(file: Blob, name: string, style: string | undefined): Promise<Pixels> {
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
    longEdge: UNKEPT,
  });
  return Pixels.open(await fetchBlob(picture.url));
}

export function closePhoto(photo: Photo): void {
  photo.pixels.close();
  photo.base.close();
}

/** `beach.final.jpg` to `beach.final`. */
export function stem(name: string): string {
  return name.replace(/\.[^.]+$/, '') || name;
}
