/** How much the server takes at once. */
import { ask, ROOT } from './request';

export interface Said {
  photo_bytes: number;
  photo_pixels: number;
  job_bytes: number;
  job_pictures: number;
}

export async function showLimits(): Promise<Said> {
  return (await ask(`${ROOT}/limits`)).json() as Promise<Said>;
}
