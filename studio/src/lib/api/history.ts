/** The history, as `ganvas/web/api/history.py` has it: found, changed, deleted. Knows the API, and no page. */
import { ask, ROOT, type Way } from './request';
import type { Colour, Format, Metadata } from './types';

/** What was turned when a picture was made. */
export interface Settings {
  strength: number;
  stroke: number;
  colour: Colour;
  format: Format;
  quality: number;
  metadata: Metadata;
  /** As in `Wish`; older pictures have neither. */
  cut?: string;
  size?: string;
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
const FOLDERS = `${ROOT}/history/folders`;
const JSON_BODY = { 'Content-Type': 'application/json' };

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
export type Counts = Readonly<Record<string, number>>;

export async function listFolders(): Promise<Counts> {
  return read(await ask(FOLDERS));
}

/** It stays when nothing is in it; one that is there stays as it is. */
export async function makeFolder(name: string): Promise<Counts> {
  return read(await ask(FOLDERS, { method: 'POST', headers: JSON_BODY, body: JSON.stringify({ name }) }));
}

/** Where there is a folder of that name already, the two become one. */
export async function renameFolder(from: string, to: string): Promise<Counts> {
  return read(await ask(folder(from), { method: 'PATCH', headers: JSON_BODY, body: JSON.stringify({ name: to }) }));
}

/** What lay in it stays, in no folder. */
export async function deleteFolder(name: string): Promise<void> {
  await ask(folder(name), { method: 'DELETE' });
}

function folder(name: string): string {
  return `${FOLDERS}?${new URLSearchParams({ name })}`;
}

async function read(answer: Response): Promise<Counts> {
  return ((await answer.json()) as { folders: Counts }).folders;
}

export async function changeMade(id: string, change: Change): Promise<Made> {
  const body = JSON.stringify(change);
  return (await ask(`${ROOT}/history/${id}`, { method: 'PATCH', headers: JSON_BODY, body })).json();
}

/** Deletes the picture, its photo and its record. `last` is for a page that is being left. */
export async function deleteMade(id: string, last = false): Promise<void> {
  await ask(`${ROOT}/history/${id}`, { method: 'DELETE', keepalive: last });
}
