/** Requests to the server that this page came from. One that is busy is asked again when it says so. */
import { base } from '$app/paths';
import { Problem, readProblem } from './problem';

export const API_ROOT = `${base}/api/v1`;
const MAX_TRIES = 20;

export interface RequestOptions {
  signal?: AbortSignal;
  /** Called with the seconds until the next try, and with 0 when it begins. */
  onWait?: (seconds: number) => void;
}

export async function request(url: string, init: RequestInit = {}, options: RequestOptions = {}): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const response = await sendAfterCookie(url, init);
    if (response.ok) return response;
    if ((response.status !== 429 && response.status !== 503) || tries >= MAX_TRIES) throw await readProblem(response);
    await waitSeconds(getRetryDelay(response, tries), options);
  }
}

/**
 * The first answer brings the cookie by which the server knows its visitor again. Whatever is asked meanwhile waits for it:
 * asked without the cookie it would be another visitor's, and so would be what it makes.
 */
let firstAnswer: Promise<void> | null = null;
let hasCookie = false;

async function sendAfterCookie(url: string, init: RequestInit): Promise<Response> {
  while (firstAnswer) await firstAnswer;
  const response = fetchOrProblem(url, init);
  if (!hasCookie) firstAnswer = response.then(noteFirstAnswer, () => noteFirstAnswer(null));
  return response;
}

function noteFirstAnswer(response: Response | null): void {
  hasCookie = response?.ok ?? false;
  firstAnswer = null;
}

async function fetchOrProblem(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (reason) {
    if (init.signal?.aborted) throw reason;
    throw new Problem(0);
  }
}

/** Seconds until the server wants to be asked again; where it does not say, a little longer each time. */
function getRetryDelay(response: Response, tries: number): number {
  const retryAfter = Number(response.headers.get('Retry-After'));
  return Math.min(60, retryAfter > 0 ? retryAfter : tries);
}

function waitSeconds(seconds: number, options: RequestOptions): Promise<void> {
  options.onWait?.(seconds);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      options.onWait?.(0);
      resolve();
    }, seconds * 1000);
    options.signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      options.onWait?.(0);
      reject(options.signal?.reason);
    });
  });
}
