/** A picture of the history made again: on the stage with all that was turned, or as a file of another format. */
import { api } from '../api/url';
import { fetchBlob, makePicture } from '../api/pictures';
import type { Made } from '../api/history';
import { UNKEPT, type Format } from '../api/types';
import { readCut } from '../studio/crop';
import type { Look, Mark, Output } from '../studio/controls';
import { readMask } from '../mask/from-image';
import { stem } from '../studio/photo';
import { saveBlob, SUFFIX } from '../make/export-actions';
import { complain, tell } from '../toasts/toasts.svelte';
import { studio } from '../studio/studio.svelte';

export const FORMATS: readonly Format[] = ['jpeg', 'png', 'webp', 'avif'];

/** `monet` of `monet@2`. */
export function styleOf(made: Made): string {
  return made.style.replace(/@.*/, '');
}

/** The last part of a name with folders. */
export function nameOf(made: Made): string {
  return made.name.replace(/.*\//, '');
}

/** Its photo on the stage, in its look. Says whether it came to that. */
export async function again(made: Made): Promise<boolean> {
  try {
    if (!made.photo) return refuse('history.photoless');
    const style = styleOf(made);
    await studio.known();
    if (!studio.styles.some((known) => known.name === style)) return refuse('history.styleless', style);
    const file = await fetchBlob(api(made.photo));
    const { strength, stroke, colour } = made.settings;
    const look: Look = { style, strength, stroke, colour, mask: await maskOf(made) };
    studio.wish(outputOf(made));
    await studio.bringAll([{ file, name: nameOf(made) }], look);
    const { cut = '', size = '' } = made.settings;
    if (studio.photo) studio.cut = readCut(cut, size, studio.photo.pixels);
    return true;
  } catch (reason) {
    complain(reason);
    return false;
  }
}

/** The picture as a file. In another format than its own it is made again of its photo, without a loss on the way. */
export async function download(made: Made, format: Format): Promise<void> {
  const name = `${stem(nameOf(made))}.${SUFFIX[format]}`;
  try {
    saveBlob(await fileOf(made, format), name);
    tell('done.saved', { name });
  } catch (reason) {
    complain(reason);
  }
}

async function fileOf(made: Made, format: Format): Promise<Blob> {
  if (format === made.settings.format || !made.photo) return fetchBlob(api(made.url));
  tell('state.making');
  const { strength, stroke, colour, quality, cut, size } = made.settings;
  const picture = await makePicture({
    photo: await fetchBlob(api(made.photo)),
    name: nameOf(made),
    style: made.style,
    strength,
    stroke,
    colour,
    mask: made.mask ? await fetchBlob(api(made.mask)) : null,
    format,
    quality,
    metadata: outputOf(made).metadata,
    longEdge: UNKEPT,
    cut,
    size,
  });
  return fetchBlob(api(picture.url));
}

function outputOf({ settings }: Made): Output {
  return { format: settings.format, quality: settings.quality, metadata: settings.metadata };
}

async function maskOf(made: Made): Promise<readonly Mark[]> {
  return made.mask ? [await readMask(await fetchBlob(api(made.mask)))] : [];
}

function refuse(key: 'history.photoless' | 'history.styleless', style = ''): false {
  tell(key, { style });
  return false;
}
