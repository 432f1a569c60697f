/** Pictures that the server makes at once, and the faces that it finds in a photo. */
import { request, API_ROOT, type RequestOptions } from './request';
import { waitForPicture, type FollowOptions } from './jobs';
import type { Faces, Picture, PictureRequest } from './types';
import type { Job } from './job-types';

/** The picture; one that is too large to wait for is a job, which is followed until the picture is there. */
export async function makePicture(pictureRequest: PictureRequest, options: FollowOptions = {}): Promise<Picture> {
  const response = await request(
    `${API_ROOT}/pictures`,
    { method: 'POST', body: toFormData(pictureRequest), signal: options.signal },
    options,
  );
  if (response.status === 202) return waitForPicture((await response.json()) as Job, options);
  return (await response.json()) as Picture;
}

/** The faces in a photo, the largest first, in pixels of what was sent. */
export async function findFaces(photo: Blob, options: RequestOptions = {}): Promise<Faces> {
  const body = new FormData();
  body.set('photo', photo, 'photo');
  return (
    await request(`${API_ROOT}/faces`, { method: 'POST', body, signal: options.signal }, options)
  ).json() as Promise<Faces>;
}

export async function fetchBlob(url: string, options: RequestOptions = {}): Promise<Blob> {
  return (await request(url, { signal: options.signal }, options)).blob();
}

function toFormData(pictureRequest: PictureRequest): FormData {
  const data = new FormData();
  data.set('photo', pictureRequest.photo, pictureRequest.name);
  data.set('style', pictureRequest.style);
  data.set('strength', String(pictureRequest.strength));
  data.set('stroke', String(pictureRequest.stroke));
  data.set('colour', pictureRequest.colour);
  data.set('format', pictureRequest.format);
  data.set('quality', String(pictureRequest.quality));
  data.set('metadata', pictureRequest.metadata);
  if (pictureRequest.mask) data.set('mask', pictureRequest.mask, 'mask.png');
  if (pictureRequest.cut) data.set('cut', pictureRequest.cut);
  if (pictureRequest.size) data.set('size', pictureRequest.size);
  if (pictureRequest.longEdge) data.set('long_edge', String(pictureRequest.longEdge));
  return data;
}
