/** Records as the server sends them; a test names only what it is about. */
import type { HistoryPicture } from '$lib/api/history';
import type { Job, JobPart } from '$lib/api/job-types';
import type { Style } from '$lib/api/types';

export function exampleStyle(changes: Partial<Style> = {}): Style {
  const name = changes.name ?? 'monet';
  return {
    name,
    title: { en: name, zh: name },
    kind: 'transfer',
    version: 1,
    method: 'cyclegan',
    canvas: 512,
    artist: '',
    licence: '',
    source: '',
    card: {},
    scores: {},
    sha256: name.padEnd(64, '0'),
    preview: null,
    added: false,
    ...changes,
  };
}

export function examplePicture(id: string, changes: Partial<HistoryPicture> = {}): HistoryPicture {
  return {
    id,
    url: `/api/v1/pictures/${id}`,
    thumbnail: `/api/v1/history/${id}/thumbnail`,
    photo: null,
    mask: null,
    name: `${id}.jpg`,
    style: 'monet@1',
    settings: { strength: 1, stroke: 1, colour: 'style', format: 'jpeg', quality: 92, metadata: 'none' },
    media_type: 'image/jpeg',
    width: 300,
    height: 200,
    bytes: 1000,
    made: 0,
    star: false,
    folder: '',
    ...changes,
  };
}

export function examplePart(number: number, changes: Partial<JobPart> = {}): JobPart {
  return {
    number,
    photo: `${number}.jpg`,
    name: `${number}.jpg`,
    style: 'monet@1',
    state: 'queued',
    share: 0,
    error: null,
    picture: null,
    url: null,
    ...changes,
  };
}

export function exampleJob(changes: Partial<Job> = {}): Job {
  return {
    id: 'job',
    name: 'Holiday',
    state: 'running',
    styles: ['monet@1'],
    priority: 5,
    settings: { strength: 1, stroke: 1, colour: 'style', format: 'jpeg', quality: 92 },
    pictures: 4,
    counts: { queued: 4 },
    made: 0,
    began: null,
    ended: null,
    position: null,
    seconds_left: null,
    event: 0,
    parts: null,
    ...changes,
  };
}
