/** Sends a job with its photos, and tells how much of them is sent: `fetch` cannot say that, so the elder way is taken. */
import { ROOT } from './request';
import type { Job } from './job-types';
import { Problem, read } from './problem';
import type { Colour, Format, Metadata } from './types';

/** The fields of `POST /api/v1/jobs`. */
export interface JobWish {
  photos: readonly { file: Blob; name: string }[];
  styles: readonly string[];
  strength: number;
  stroke: number;
  colour: Colour;
  format: Format;
  quality: number;
  metadata: Metadata;
  name: string;
  priority: number;
}

export interface Sent {
  job: Promise<Job>;
  stop: () => void;
}

export function sendJob(wish: JobWish, onShare: (share: number) => void): Sent {
  const request = new XMLHttpRequest();
  const job = new Promise<Job>((go, fail) => {
    request.open('POST', `${ROOT}/jobs`);
    request.upload.onprogress = ({ loaded, total }) => onShare(total ? loaded / total : 0);
    request.onload = () => void answer(request).then(go, fail);
    request.onerror = () => fail(new Problem(0));
    request.onabort = () => fail(new DOMException('stopped', 'AbortError'));
    request.send(form(wish));
  });
  return { job, stop: () => request.abort() };
}

async function answer(request: XMLHttpRequest): Promise<Job> {
  if (request.status === 202) return JSON.parse(request.responseText) as Job;
  throw await read(new Response(request.responseText, { status: request.status }));
}

function form(wish: JobWish): FormData {
  const data = new FormData();
  for (const { file, name } of wish.photos) data.append('photos', file, name);
  for (const style of wish.styles) data.append('style', style);
  data.set('strength', String(wish.strength));
  data.set('stroke', String(wish.stroke));
  data.set('colour', wish.colour);
  data.set('format', wish.format);
  data.set('quality', String(wish.quality));
  data.set('metadata', wish.metadata);
  data.set('name', wish.name);
  data.set('priority', String(wish.priority));
  return data;
}
