/** Uploads a job with its photos and reports progress: `fetch` cannot, so this uses XMLHttpRequest. */
import { API_ROOT } from './request';
import type { Job } from './job-types';
import { Problem, readProblem } from './problem';
import type { Colour, Format, Metadata } from './types';

/** The fields of `POST /api/v1/jobs`. */
export interface JobRequest {
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

export interface UploadHandle {
  job: Promise<Job>;
  stop: () => void;
}

export function uploadJob(jobRequest: JobRequest, onShare: (share: number) => void): UploadHandle {
  const xhr = new XMLHttpRequest();
  const job = new Promise<Job>((resolve, reject) => {
    xhr.open('POST', `${API_ROOT}/jobs`);
    xhr.upload.onprogress = ({ loaded, total }) => onShare(total ? loaded / total : 0);
    xhr.onload = () => void readJob(xhr).then(resolve, reject);
    xhr.onerror = () => reject(new Problem(0));
    xhr.onabort = () => reject(new DOMException('stopped', 'AbortError'));
    xhr.send(toFormData(jobRequest));
  });
  return { job, stop: () => xhr.abort() };
}

async function readJob(xhr: XMLHttpRequest): Promise<Job> {
  if (xhr.status === 202) return JSON.parse(xhr.responseText) as Job;
  throw await readProblem(new Response(xhr.responseText, { status: xhr.status }));
}

function toFormData(jobRequest: JobRequest): FormData {
  const data = new FormData();
  for (const { file, name } of jobRequest.photos) data.append('photos', file, name);
  for (const style of jobRequest.styles) data.append('style', style);
  data.set('strength', String(jobRequest.strength));
  data.set('stroke', String(jobRequest.stroke));
  data.set('colour', jobRequest.colour);
  data.set('format', jobRequest.format);
  data.set('quality', String(jobRequest.quality));
  data.set('metadata', jobRequest.metadata);
  data.set('name', jobRequest.name);
  data.set('priority', String(jobRequest.priority));
  return data;
}
