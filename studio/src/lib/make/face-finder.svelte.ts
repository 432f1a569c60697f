/** The square around a face: asked of the server once for each photo, then from face to face. */
import { findFaces } from '../api/pictures';
import { faceCut, type Square } from '../studio/crop';
import type { Photo } from '../studio/photo';
import { complain, tell } from '../toasts/toasts.svelte';
import { studio } from '../studio/studio.svelte';

interface Found {
  readonly photo: number;
  readonly across: number;
  readonly squares: readonly Square[];
}

export const avatar = $state({ busy: false, faces: 0 });
let found: Found | null = null;
let next = 0;

/** Puts the frame around the largest face, and when asked again around the next. */
export async function frameFace(): Promise<void> {
  const { photo } = studio;
  if (!photo || avatar.busy) return;
  try {
    const { squares, across } = await facesOf(photo);
    const square = squares[next % Math.max(1, squares.length)];
    if (studio.photo !== photo || studio.cut.shape !== 'avatar') return;
    if (!square) return tell('cut.faceless');
    next += 1;
    studio.cut = faceCut(studio.cut, square, across, photo.pixels);
  } catch (reason) {
    complain(reason);
  }
}

async function facesOf(photo: Photo): Promise<Found> {
  if (found?.photo === photo.id) return found;
  avatar.busy = true;
  avatar.faces = 0;
  try {
    const { width, faces } = await findFaces(photo.source);
    next = 0;
    avatar.faces = faces.length;
    found = { photo: photo.id, across: width, squares: faces.map((face) => face.square) };
    return found;
  } finally {
    avatar.busy = false;
  }
}
