/** Opens a picture of the history again: on the stage with all its settings, or as a file of another format. */
import { resolveUrl } from '../api/url';
import { fetchBlob, makePicture } from '../api/pictures';
import type { HistoryPicture } from '../api/history';
import { FULL_SIZE_UNSAVED, type Format } from '../api/types';
import { parseCrop } from '../studio/crop';
import type { Controls, MaskMark, Output } from '../studio/controls';
import { importMask } from '../mask/from-image';
import { stripExtension } from '../studio/photo';
import { downloadBlob, FILE_SUFFIX } from '../make/export-actions';
import { showProblem, showToast } from '../toasts/toasts.svelte';
import { studio } from '../studio/studio.svelte';

export const FORMATS: readonly Format[] = ['jpeg', 'png', 'webp', 'avif'];

/** `monet` of `monet@2`. */
export function getStyleName(picture: HistoryPicture): string {
  return picture.style.replace(/@.*/, '');
}

/** The last part of a name with folders. */
export function getFileName(picture: HistoryPicture): string {
  return picture.name.replace(/.*\//, '');
}

/** Shows its photo on the stage with its controls. False where it could not. */
export async function reopenPicture(picture: HistoryPicture): Promise<boolean> {
  try {
    if (!picture.photo) return showRefusal('history.nophoto');
    const style = getStyleName(picture);
    await studio.waitForStyles();
    if (!studio.styles.some((known) => known.name === style)) return showRefusal('history.nostyle', style);
    const file = await fetchBlob(resolveUrl(picture.photo));
    const { strength, stroke, colour } = picture.settings;
    const controls: Controls = { style, strength, stroke, colour, mask: await loadMask(picture) };
    studio.changeOutput(getOutput(picture));
    await studio.addPhotos([{ file, name: getFileName(picture) }], controls);
    const { cut = '', size = '' } = picture.settings;
    if (studio.photo) studio.crop = parseCrop(cut, size, studio.photo.pixels);
    return true;
  } catch (reason) {
    showProblem(reason);
    return false;
  }
}

/** The picture as a file. In another format than its own it is made again of its photo, without a loss on the way. */
export async function downloadPicture(picture: HistoryPicture, format: Format): Promise<void> {
  const name = `${stripExtension(getFileName(picture))}.${FILE_SUFFIX[format]}`;
  try {
    downloadBlob(await fetchFile(picture, format), name);
    showToast('done.saved', { name });
  } catch (reason) {
    showProblem(reason);
  }
}

async function fetchFile(picture: HistoryPicture, format: Format): Promise<Blob> {
  if (format === picture.settings.format || !picture.photo) return fetchBlob(resolveUrl(picture.url));
  showToast('state.making');
  const { strength, stroke, colour, quality, cut, size } = picture.settings;
  const result = await makePicture({
    photo: await fetchBlob(resolveUrl(picture.photo)),
    name: getFileName(picture),
    style: picture.style,
    strength,
    stroke,
    colour,
    mask: picture.mask ? await fetchBlob(resolveUrl(picture.mask)) : null,
    format,
    quality,
    metadata: getOutput(picture).metadata,
    longEdge: FULL_SIZE_UNSAVED,
    cut,
    size,
  });
  return fetchBlob(resolveUrl(result.url));
}

function getOutput({ settings }: HistoryPicture): Output {
  return { format: settings.format, quality: settings.quality, metadata: settings.metadata };
}

async function loadMask(picture: HistoryPicture): Promise<readonly MaskMark[]> {
  return picture.mask ? [await importMask(await fetchBlob(resolveUrl(picture.mask)))] : [];
}

function showRefusal(key: 'history.nophoto' | 'history.nostyle', style = ''): false {
  showToast(key, { style });
  return false;
}
