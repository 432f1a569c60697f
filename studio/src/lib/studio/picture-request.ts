/** Builds the request for a picture from photo, controls and output: small for the screen, full size for the export. */
import type { PictureRequest } from '../api/types';
import { formatCrop, type Crop } from './crop';
import type { Controls, Output } from './controls';
import { encodeMask } from '../mask/render';
import { PREVIEW_EDGE, STYLE_PREVIEW_EDGE, type Photo } from './photo';

/** For the screen the quickest format that keeps what the photo has. */
function chooseScreenOutput(photo: Photo): Output {
  return { format: photo.pixels.opaque ? 'jpeg' : 'webp', quality: 92, metadata: 'none' };
}

export async function buildStylePreviewRequest(photo: Photo, controls: Controls): Promise<PictureRequest> {
  return {
    ...(await buildRequest(photo, controls, chooseScreenOutput(photo))),
    photo: photo.stylePreviewSource,
    longEdge: STYLE_PREVIEW_EDGE,
  };
}

export async function buildPreviewRequest(photo: Photo, controls: Controls): Promise<PictureRequest> {
  return {
    ...(await buildRequest(photo, controls, chooseScreenOutput(photo))),
    photo: photo.previewSource,
    longEdge: PREVIEW_EDGE,
  };
}

/** All of the picture, or its crop. */
export async function buildFullSizeRequest(
  photo: Photo,
  controls: Controls,
  output: Output,
  crop: Crop,
): Promise<PictureRequest> {
  return { ...(await buildRequest(photo, controls, output)), ...formatCrop(crop, photo.pixels) };
}

async function buildRequest(photo: Photo, controls: Controls, output: Output): Promise<PictureRequest> {
  return {
    photo: photo.file,
    name: photo.name,
    style: controls.style,
    strength: controls.strength,
    stroke: controls.stroke,
    colour: controls.colour,
    mask: await encodeMask(controls.mask, photo.pixels.width, photo.pixels.height),
    format: output.format,
    quality: output.quality,
    metadata: output.metadata,
    longEdge: null,
  };
}
