/** How the server that this page came from is asked. One that is busy is asked again when it says so. */
import { base } from '$app/paths';
import { Problem, read } from './problem';

export const ROOT = `${base}/api/v1`;
const PATIENCE = 20;

export interface Way {
  signal?: AbortSignal;
  /** Told the seconds until the next try, and 0 when it begins. */
  onWait?: (seconds: number) => void;
}

export async function ask(url: string, init: RequestInit = {}, way: Way = {}): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const response = await send(url, init);
    if (response.ok) return response;
    if ((response.status !== 429 && response.status !== 503) || tries >= PATIENCE) throw await read(response);
    await pause(waiting(response, tries), way);
  }
}

/**
 * The first answer brings the cookie by which the server knows its visitor again. Whatever is asked meanwhile waits for it:
 * asked without the cookie it would be another visitor's, and so would be what it makes.
 */
let first: Promise<void> | null = null;
let known = false;

async function send(url: string, init: RequestInit): Promise<Response> {
  while (first) await first;
  const answer = get(url, init);
  if (!known) first = answer.then(settle, () => settle(null));
  return answer;
}

function settle(answer: Response | null): void {
  known = answer?.ok ?? false;
  first = null;
}

async function get(url: string, init: RequestInit): Promise<Response> {
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
