/** The history, as `ganvas/web/api/history.py` has it: found, changed, deleted. Knows the API, and no page. */
import { ask, ROOT, type Way } from './ask';
import type { Colour, Format } from './shapes';

/** What was turned when a picture was made. */
export interface Settings {
  strength: number;
  stroke: number;
  colour: Colour;
  format: Format;
  quality: number;
  metadata?: string;
}

/** A picture that was made. */
export interface Made {
  id: string;
  url: string;
  thumbnail: string;
  /** Where its photo is, and its mask, where they were kept. */
  photo: string | null;
  mask: string | null;
  name: string;
  /** `NAME@VERSION`. */
  style: string;
  settings: Settings;
  media_type: string;
  width: number;
  height: number;
  bytes: number;
  made: number;
  star: boolean;
  folder: string;
}

/** What is looked for; empty words, no style, no folder and no star are any. */
export interface Search {
  readonly words: string;
  readonly style: string;
  readonly star: boolean;
  readonly folder: string | null;
}

export type Change = Partial<Pick<Made, 'star' | 'folder' | 'name'>>;

const PAGE = 60;

export async function listMade(search: Search, before: string, way: Way): Promise<{ pictures: Made[]; next: string | null }> {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (search.words.trim()) query.set('q', search.words.trim());
  if (search.style) query.set('style', search.style);
  if (search.star) query.set('star', 'true');
  if (search.folder !== null) query.set('folder', search.folder);
  if (before) query.set('before', before);
  return (await ask(`${ROOT}/history?${query}`, { signal: way.signal }, way)).json();
}

/** Folders with how many pictures are in each; those in none are under ''. */
export async function listFolders(): Promise<Record<string, number>> {
  return ((await (await ask(`${ROOT}/history/folders`)).json()) as { folders: Record<string, number> }).folders;
}

export async function changeMade(id: string, change: Change): Promise<Made> {
  const headers = { 'Content-Type': 'application/json' };
  return (await ask(`${ROOT}/history/${id}`, { method: 'PATCH', headers, body: JSON.stringify(change) })).json();
}

/** Deletes the picture, its photo and its record. `last` is for a page that is being left. */
export async function deleteMade(id: string, last = false): Promise<void> {
  await ask(`${ROOT}/history/${id}`, { method: 'DELETE', keepalive: last });
}
