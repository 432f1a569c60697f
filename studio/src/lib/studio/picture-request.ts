/** From photo, look and output to the wish that the server is asked: small for the screen, whole for keeping. */
import type { Wish } from '../api/types';
import { sayCut, type Cut } from './crop';
import type { Look, Output } from './controls';
import { maskBlob } from '../mask/render';
import { PROOF_EDGE, WALL_EDGE, type Photo } from './photo';

/** For the screen the quickest format that keeps what the photo has. */
function screen(photo: Photo): Output {
  return { format: photo.pixels.opaque ? 'jpeg' : 'webp', quality: 92, metadata: 'none' };
}

export async function orderPreview(photo: Photo, look: Look): Promise<Wish> {
  return { ...(await wish(photo, look, screen(photo))), photo: photo.wall, longEdge: WALL_EDGE };
}

export async function orderProof(photo: Photo, look: Look): Promise<Wish> {
  return { ...(await wish(photo, look, screen(photo))), photo: photo.source, longEdge: PROOF_EDGE };
}

/** All of the picture, or the part that is cut. */
export async function orderWhole(photo: Photo, look: Look, output: Output, cut: Cut): Promise<Wish> {
  return { ...(await wish(photo, look, output)), ...sayCut(cut, photo.pixels) };
}

async function wish(photo: Photo, look: Look, output: Output): Promise<Wish> {
  return {
    photo: photo.file,
    name: photo.name,
    style: look.style,
    strength: look.strength,
    stroke: look.stroke,
    colour: look.colour,
    mask: await maskBlob(look.mask, photo.pixels.width, photo.pixels.height),
    format: output.format,
    quality: output.quality,
    metadata: output.metadata,
    longEdge: null,
  };
}
