/** The photo that a person brought: its file as it came, and its pixels for the screen. */
import { fetchBlob, makePicture } from './api/client';
import { Problem, UNREADABLE } from './api/problem';
import { Pixels } from './pixels/pixels';

/** Long edge of the photo that a preview in the wall, and a proof on the stage, is made of. */
export const WALL_EDGE = 640;
export const PROOF_EDGE = 1600;

export interface Photo {
  /** Another for each opening. */
  readonly id: number;
  readonly file: Blob;
  readonly name: string;
  readonly pixels: Pixels;
  readonly base: ImageBitmap;
  readonly proof: Blob;
  readonly wall: Blob;
}

let opened = 0;

/** Opens a photo. Where the browser cannot read the format (HEIC, TIFF), the server reads it, with `style` at 0. */
export async function openPhoto(file: Blob, name: string, style: string): Promise<Photo> {
  if (file.size === 0) throw new Problem(UNREADABLE);
  const pixels = await Pixels.open(file).catch(() => openByServer(file, name, style));
  const [base, proof, wall] = await Promise.all([
    pixels.whole(PROOF_EDGE),
    pixels.reduce(PROOF_EDGE),
    pixels.reduce(WALL_EDGE),
  ]);
  opened += 1;
  return { id: opened, file, name, pixels, base, proof, wall };
}

async function openByServer(file: Blob, name: string, style: string): Promise<Pixels> {
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
    metadata: false,
    longEdge: null,
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
