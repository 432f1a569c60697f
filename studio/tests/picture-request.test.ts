import { expect, it } from 'vitest';
import { createControls, type Output } from '$lib/studio/controls';
import { createCrop } from '$lib/studio/crop';
import { PREVIEW_EDGE, STYLE_PREVIEW_EDGE, type Photo } from '$lib/studio/photo';
import { buildFullSizeRequest, buildPreviewRequest, buildStylePreviewRequest } from '$lib/studio/picture-request';

const OUTPUT: Output = { format: 'avif', quality: 70, metadata: 'without-place' };
const CONTROLS = { ...createControls('monet'), strength: 0.4, stroke: 2, colour: 'photo' as const };

function photo(opaque = true): Photo {
  return {
    id: 1,
    file: new Blob(['file']),
    name: 'by the sea.jpg',
    pixels: { width: 1800, height: 1200, opaque } as Photo['pixels'],
    bitmap: {} as ImageBitmap,
    previewSource: new Blob(['reduced']),
    stylePreviewSource: new Blob(['small']),
  };
}

it('a request has the controls as they are set', async () => {
  const request = await buildPreviewRequest(photo(), CONTROLS);
  expect(request).toMatchObject({ style: 'monet', strength: 0.4, stroke: 2, colour: 'photo', mask: null });
});

it('previews are made of reduced photos, at the size of the screen, and carry no metadata', async () => {
  const one = photo();
  const preview = await buildPreviewRequest(one, CONTROLS);
  expect(preview).toMatchObject({ longEdge: PREVIEW_EDGE, format: 'jpeg', metadata: 'none' });
  expect(preview.photo).toBe(one.previewSource);
  const small = await buildStylePreviewRequest(one, CONTROLS);
  expect(small.longEdge).toBe(STYLE_PREVIEW_EDGE);
  expect(small.photo).toBe(one.stylePreviewSource);
});

it('a preview of a photo with transparency keeps it', async () => {
  expect((await buildPreviewRequest(photo(false), CONTROLS)).format).toBe('webp');
});

it('the full size is made of the file itself, in the chosen format', async () => {
  const one = photo();
  const request = await buildFullSizeRequest(one, CONTROLS, OUTPUT, createCrop('whole', one.pixels));
  expect(request).toMatchObject({ name: 'by the sea.jpg', longEdge: null, cut: '', size: '', ...OUTPUT });
  expect(request.photo).toBe(one.file);
});

it('a crop goes with the request under the names that the server has for it', async () => {
  const one = photo();
  const request = await buildFullSizeRequest(one, CONTROLS, OUTPUT, createCrop('avatar', one.pixels));
  expect(request).toMatchObject({ cut: '300,0,1200,1200', size: '512x512' });
});
