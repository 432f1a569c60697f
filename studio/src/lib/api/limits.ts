/** How much the server takes at once. */
import { request, API_ROOT } from './request';

export interface ServerLimits {
  photo_bytes: number;
  photo_pixels: number;
  job_bytes: number;
  job_pictures: number;
}

export async function getLimits(): Promise<ServerLimits> {
  return (await request(`${API_ROOT}/limits`)).json() as Promise<ServerLimits>;
}
