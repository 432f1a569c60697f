/** Requests to the server that this page came from. A server that is busy is asked again when it says so. */
import { base } from '$app/paths';
import { Problem, read } from './problem';
import type { Picture, Style, StyleCard, Wish } from './shapes';

const ROOT = `${base}/api/v1`;
const PATIENCE = 20;

export interface Way {
  signal?: AbortSignal;
  /** Told the seconds until the next try, and 0 when it begins. */
  onWait?: (seconds: number) => void;
}

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

export async function makePicture(wish: Wish, way: Way = {}): Promise<Picture> {
  const response = await ask(`${ROOT}/pictures`, { method: 'POST', body: form(wish), signal: way.signal }, way);
  return (await response.json()) as Picture;
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
  data.set('keep_metadata', String(wish.metadata));
  if (wish.mask) data.set('mask', wish.mask, 'mask.png');
  if (wish.longEdge) data.set('long_edge', String(wish.longEdge));
  return data;
}

async function ask(url: string, init: RequestInit = {}, way: Way = {}): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const response = await send(url, init);
    if (response.ok) return response;
    if ((response.status !== 429 && response.status !== 503) || tries >= PATIENCE) throw await read(response);
    await pause(waiting(response, tries), way);
  }
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (reason) {
    if (init.signal?.aborted) throw reason;
    throw new Problem(0);
  }
}

/** Seconds until the server wants to be asked again; where it does not say, a little longer each time. */
function waiting(response: Response, tries: number): number {
  const said = Number(response.headers.get('Retry-After'));
  return Math.min(60, said > 0 ? said : tries);
}

function pause(seconds: number, way: Way): Promise<void> {
  way.onWait?.(seconds);
  return new Promise((go, stop) => {
    const timer = setTimeout(() => {
      way.onWait?.(0);
      go();
    }, seconds * 1000);
    way.signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      way.onWait?.(0);
      stop(way.signal?.reason);
    });
  });
}
