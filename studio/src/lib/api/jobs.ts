/** Jobs, as `ganvas/web/schemas/jobs.py` has them: asked for, followed, changed. Knows the API, and no page. */
import { resolveUrl } from './url';
import { request, API_ROOT, type RequestOptions } from './request';
import { followJobEvents } from './job-events';
import { CANCELLED, Problem } from './problem';
import type { Picture } from './types';
import type { JobAction, JobEvent, Job, JobPart } from './job-types';

/** The newest first; `next` is where the list goes on. */
export async function listJobs(
  before = '',
  options: RequestOptions = {},
): Promise<{ jobs: Job[]; next: string | null }> {
  const query = before ? `?before=${encodeURIComponent(before)}` : '';
  return (await request(`${API_ROOT}/jobs${query}`, { signal: options.signal }, options)).json();
}

export async function getJob(id: string, options: RequestOptions = {}): Promise<Job> {
  return (await request(`${API_ROOT}/jobs/${id}`, { signal: options.signal }, options)).json() as Promise<Job>;
}

export async function changeJob(id: string, action: JobAction): Promise<Job> {
  return (await request(`${API_ROOT}/jobs/${id}/${action}`, { method: 'POST' })).json() as Promise<Job>;
}

/** Deletes the job; its pictures stay in the history unless they are to go too. */
export async function deleteJob(id: string, withPictures: boolean): Promise<void> {
  await request(`${API_ROOT}/jobs/${id}?pictures=${withPictures}`, { method: 'DELETE' });
}

export function getZipUrl(id: string): string {
  return `${API_ROOT}/jobs/${id}/pictures.zip`;
}

export function getThumbnailUrl(picture: string): string {
  return `${API_ROOT}/history/${picture}/thumbnail`;
}

/** Where the file of a part's picture is, as a download of its name: an event says only the picture's id. */
export async function getPictureUrl(part: JobPart): Promise<string> {
  if (!part.url && part.picture) part.url = (await getPicture(part.picture)).url;
  return resolveUrl(part.url ?? '');
}

async function getPicture(id: string, options: RequestOptions = {}): Promise<Picture> {
  const response = await request(`${API_ROOT}/history/${id}`, { signal: options.signal }, options);
  return (await response.json()) as Picture;
}

export type FollowOptions = RequestOptions & { onJob?: (job: Job) => void };

/** Follows a job of one picture to its end. Rejects where it failed, or was cancelled or deleted. */
export async function waitForPicture(job: Job, options: FollowOptions = {}): Promise<Picture> {
  await followJob(await getJob(job.id, options), options);
  const [part] = (await getJob(job.id, options)).parts ?? [];
  if (part?.error) throw new Problem(422, part.error.what, part.error.right);
  if (!part?.picture) throw new Problem(CANCELLED);
  const picture = await getPicture(part.picture, options);
  return { ...picture, url: picture.url.replace(/\?.*/, '') };
}

/** Tells how far the job is, until it is finished. */
function followJob(job: Job, options: FollowOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    options.onJob?.(job);
    const close = followJobEvents(job.id, job.event, (event) => {
      applyJobEvent(job, event);
      if (event.kind === 'end') resolve();
      else if (event.kind === 'deleted') reject(new Problem(CANCELLED));
      else options.onJob?.(job);
    });
    options.signal?.addEventListener('abort', () => {
      close();
      reject(options.signal?.reason);
    });
  });
}

/** Brings the job to where it is after this event, in place. One that it has had already changes nothing. */
export function applyJobEvent(job: Job, { kind, number, body }: JobEvent): void {
  if (number <= job.event) return;
  job.event = number;
  if (kind === 'job')
    Object.assign(job, readEndTime(body), { state: body.state ?? job.state, counts: body.counts ?? job.counts });
  const part = job.parts?.[(body.number ?? 0) - 1];
  if (kind === 'progress' && part) part.share = body.share ?? part.share;
  if (kind !== 'part' || !body.state || !part) return;
  job.counts[part.state] = (job.counts[part.state] ?? 1) - 1;
  job.counts[body.state] = (job.counts[body.state] ?? 0) + 1;
  Object.assign(part, { state: body.state, share: body.share ?? 0, error: body.error ?? null });
  if (body.picture) part.picture = body.picture;
}

function readEndTime({ state, at }: JobEvent['body']): Partial<Job> {
  if (state === 'done' || state === 'failed' || state === 'cancelled') return { ended: at ?? null };
  return { ended: null };
}
