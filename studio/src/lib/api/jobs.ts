/** Jobs, as `ganvas/web/shapes_jobs.py` has them: asked for, followed, changed. Knows the API, and no page. */
import { api } from './url';
import { ask, ROOT, type Way } from './request';
import { listen } from './job-events';
import { CANCELLED, Problem } from './problem';
import type { Picture } from './types';
import type { Deed, Happening, Job, Part } from './job-types';

/** The newest first; `next` is where the list goes on. */
export async function listJobs(before = '', way: Way = {}): Promise<{ jobs: Job[]; next: string | null }> {
  const query = before ? `?before=${encodeURIComponent(before)}` : '';
  return (await ask(`${ROOT}/jobs${query}`, { signal: way.signal }, way)).json();
}

export async function showJob(id: string, way: Way = {}): Promise<Job> {
  return (await ask(`${ROOT}/jobs/${id}`, { signal: way.signal }, way)).json() as Promise<Job>;
}

export async function changeJob(id: string, deed: Deed): Promise<Job> {
  return (await ask(`${ROOT}/jobs/${id}/${deed}`, { method: 'POST' })).json() as Promise<Job>;
}

/** Deletes the job; its pictures stay in the history unless they are to go too. */
export async function deleteJob(id: string, pictures: boolean): Promise<void> {
  await ask(`${ROOT}/jobs/${id}?pictures=${pictures}`, { method: 'DELETE' });
}

export function zipAddress(id: string): string {
  return `${ROOT}/jobs/${id}/pictures.zip`;
}

export function thumbnailOf(picture: string): string {
  return `${ROOT}/history/${picture}/thumbnail`;
}

/** Where the file of a part's picture is, as a download of its name: an event says only the picture's id. */
export async function addressOf(part: Part): Promise<string> {
  if (!part.url && part.picture) part.url = (await findPicture(part.picture)).url;
  return api(part.url ?? '');
}

async function findPicture(id: string, way: Way = {}): Promise<Picture> {
  const made = await ask(`${ROOT}/history/${id}`, { signal: way.signal }, way);
  return (await made.json()) as Picture;
}

export type Following = Way & { onJob?: (job: Job) => void };

/** Follows a job of one picture to its end. Rejects where it failed, or was cancelled or deleted. */
export async function awaitPicture(job: Job, way: Following = {}): Promise<Picture> {
  await follow(await showJob(job.id, way), way);
  const [part] = (await showJob(job.id, way)).parts ?? [];
  if (part?.error) throw new Problem(422, part.error.what, part.error.right);
  if (!part?.picture) throw new Problem(CANCELLED);
  const picture = await findPicture(part.picture, way);
  return { ...picture, url: picture.url.replace(/\?.*/, '') };
}

/** Tells how far the job is, until it is finished. */
function follow(job: Job, way: Following): Promise<void> {
  return new Promise((go, stop) => {
    way.onJob?.(job);
    const close = listen(job.id, job.event, (event) => {
      apply(job, event);
      if (event.kind === 'end') go();
      else if (event.kind === 'deleted') stop(new Problem(CANCELLED));
      else way.onJob?.(job);
    });
    way.signal?.addEventListener('abort', () => {
      close();
      stop(way.signal?.reason);
    });
  });
}

/** Brings the job to where it is after this event, in place. One that it has had already changes nothing. */
export function apply(job: Job, { kind, event, body }: Happening): void {
  if (event <= job.event) return;
  job.event = event;
  if (kind === 'job') Object.assign(job, times(body), { state: body.state ?? job.state, counts: body.counts ?? job.counts });
  const part = job.parts?.[(body.number ?? 0) - 1];
  if (kind === 'progress' && part) part.share = body.share ?? part.share;
  if (kind !== 'part' || !body.state || !part) return;
  job.counts[part.state] = (job.counts[part.state] ?? 1) - 1;
  job.counts[body.state] = (job.counts[body.state] ?? 0) + 1;
  Object.assign(part, { state: body.state, share: body.share ?? 0, error: body.error ?? null });
  if (body.picture) part.picture = body.picture;
}

function times({ state, at }: Happening['body']): Partial<Job> {
  if (state === 'done' || state === 'failed' || state === 'cancelled') return { ended: at ?? null };
  return { ended: null };
}
