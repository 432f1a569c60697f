/** Requests to the server that this page came from: styles, pictures and the token. */
import { ask, ROOT, type Way } from './request';
import { awaitPicture, type Following } from './jobs';
import type { Faces, Picture, Style, StyleCard, Wish } from './types';
import type { Job } from './job-types';

export async function listStyles(): Promise<Style[]> {
  return ((await (await ask(`${ROOT}/styles`)).json()) as { styles: Style[] }).styles;
}

/** All that a style's file says. */
export async function showStyle(name: string, way: Way = {}): Promise<StyleCard> {
  return (await ask(`${ROOT}/styles/${encodeURIComponent(name)}`, { signal: way.signal }, way)).json() as Promise<StyleCard>;
}

/** Shows the server its token; its answer is a cookie, which the page never sees. */
export async function login(token: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  await ask(`${ROOT}/login`, { method: 'POST', headers, body: JSON.stringify({ token }) });
}

/** The picture; one that is too large to wait for is a job, which is followed until the picture is there. */
export async function makePicture(wish: Wish, way: Following = {}): Promise<Picture> {
  const response = await ask(`${ROOT}/pictures`, { method: 'POST', body: form(wish), signal: way.signal }, way);
  if (response.status === 202) return awaitPicture((await response.json()) as Job, way);
  return (await response.json()) as Picture;
}

/** The faces in a photo, the largest first, in pixels of what was sent. */
export async function findFaces(photo: Blob, way: Way = {}): Promise<Faces> {
  const body = new FormData();
  body.set('photo', photo, 'photo');
  return (await ask(`${ROOT}/faces`, { method: 'POST', body, signal: way.signal }, way)).json() as Promise<Faces>;
}

export async function fetchBlob(url: string, way: Way = {}): Promise<Blob> {
  return (await ask(url, { signal: way.signal }, way)).blob();
}

function form(wish: Wish): FormData {
  const data = new FormData();
  data.set('photo', wish.photo, wish.name);
  data.set('style', wish.style);
  data.set('strength', String(wish.strength));
  data.set('stroke', String(wish.stroke));
  data.set('colour', wish.colour);
  data.set('format', wish.format);
  data.set('quality', String(wish.quality));
  data.set('metadata', wish.metadata);
  if (wish.mask) data.set('mask', wish.mask, 'mask.png');
  if (wish.cut) data.set('cut', wish.cut);
  if (wish.size) data.set('size', wish.size);
  if (wish.longEdge) data.set('long_edge', String(wish.longEdge));
  return data;
}
