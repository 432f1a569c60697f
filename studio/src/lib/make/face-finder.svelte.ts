/** The square around a face: asked of the server once for each photo, then from face to face. */
import { findFaces } from '../api/pictures';
import { cropFace, type FaceSquare } from '../studio/crop';
import type { Photo } from '../studio/photo';
import { showProblem, showToast } from '../toasts/toasts.svelte';
import { studio } from '../studio/studio.svelte';

interface FoundFaces {
  readonly photo: number;
  readonly photoWidth: number;
  readonly squares: readonly FaceSquare[];
}

export const faceFinder = $state({ busy: false, faces: 0 });
let foundFaces: FoundFaces | null = null;
let nextFace = 0;

/** Puts the frame around the largest face, and when asked again around the next. */
export async function frameNextFace(): Promise<void> {
  const { photo } = studio;
  if (!photo || faceFinder.busy) return;
  try {
    const { squares, photoWidth } = await loadFaces(photo);
    const square = squares[nextFace % Math.max(1, squares.length)];
    if (studio.photo !== photo || studio.crop.shape !== 'avatar') return;
    if (!square) return showToast('crop.noface');
    nextFace += 1;
    studio.crop = cropFace(studio.crop, square, photoWidth, photo.pixels);
  } catch (reason) {
    showProblem(reason);
  }
}

async function loadFaces(photo: Photo): Promise<FoundFaces> {
  if (foundFaces?.photo === photo.id) return foundFaces;
  faceFinder.busy = true;
  faceFinder.faces = 0;
  try {
    const { width, faces } = await findFaces(photo.previewSource);
    nextFace = 0;
    faceFinder.faces = faces.length;
    foundFaces = { photo: photo.id, photoWidth: width, squares: faces.map((face) => face.square) };
    return foundFaces;
  } finally {
    faceFinder.busy = false;
  }
}
