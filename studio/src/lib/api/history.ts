/** The history, as `ganvas/web/api/history.py` has it: found, changed, deleted. Knows the API, and no page. */
import { request, API_ROOT, type RequestOptions } from './request';
import type { Colour, Format, Metadata } from './types';

/** The settings that a picture was made with. */
export interface HistorySettings {
  strength: number;
  stroke: number;
  colour: Colour;
  format: Format;
  quality: number;
  metadata: Metadata;
  /** As in `PictureRequest`; older pictures have neither. */
  cut?: string;
  size?: string;
}

/** A picture that was made. */
export interface HistoryPicture {
  id: string;
  url: string;
  thumbnail: string;
  /** Where its photo is, and its mask, where they were kept. */
  photo: string | null;
  mask: string | null;
  name: string;
  /** `NAME@VERSION`. */
  style: string;
  settings: HistorySettings;
  media_type: string;
  width: number;
  height: number;
  bytes: number;
  made: number;
  star: boolean;
  folder: string;
}

/** What is looked for; empty words, no style, no folder and no star are any. */
export interface HistorySearch {
  readonly words: string;
  readonly style: string;
  readonly star: boolean;
  readonly folder: string | null;
}

export type PictureChange = Partial<Pick<HistoryPicture, 'star' | 'folder' | 'name'>>;

const PAGE = 60;
const FOLDERS = `${API_ROOT}/history/folders`;
const JSON_BODY = { 'Content-Type': 'application/json' };

export async function listHistory(
  search: HistorySearch,
  before: string,
  options: RequestOptions,
): Promise<{ pictures: HistoryPicture[]; next: string | null }> {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (search.words.trim()) query.set('q', search.words.trim());
  if (search.style) query.set('style', search.style);
  if (search.star) query.set('star', 'true');
  if (search.folder !== null) query.set('folder', search.folder);
  if (before) query.set('before', before);
  return (await request(`${API_ROOT}/history?${query}`, { signal: options.signal }, options)).json();
}

/** Folders with how many pictures are in each; those in none are under ''. */
export type FolderCounts = Readonly<Record<string, number>>;

export async function listFolders(): Promise<FolderCounts> {
  return readCounts(await request(FOLDERS));
}

/** It stays when nothing is in it; one that is there stays as it is. */
export async function createFolder(name: string): Promise<FolderCounts> {
  return readCounts(await request(FOLDERS, { method: 'POST', headers: JSON_BODY, body: JSON.stringify({ name }) }));
}

/** Where there is a folder of that name already, the two become one. */
export async function renameFolder(from: string, to: string): Promise<FolderCounts> {
  return readCounts(
    await request(getFolderUrl(from), { method: 'PATCH', headers: JSON_BODY, body: JSON.stringify({ name: to }) }),
  );
}

/** What lay in it stays, in no folder. */
export async function deleteFolder(name: string): Promise<void> {
  await request(getFolderUrl(name), { method: 'DELETE' });
}

function getFolderUrl(name: string): string {
  return `${FOLDERS}?${new URLSearchParams({ name })}`;
}

async function readCounts(response: Response): Promise<FolderCounts> {
  return ((await response.json()) as { folders: FolderCounts }).folders;
}

export async function updatePicture(id: string, change: PictureChange): Promise<HistoryPicture> {
  const body = JSON.stringify(change);
  return (await request(`${API_ROOT}/history/${id}`, { method: 'PATCH', headers: JSON_BODY, body })).json();
}

/** Deletes the picture, its photo and its record. `last` is for a page that is being left. */
export async function deletePicture(id: string, keepalive = false): Promise<void> {
  await request(`${API_ROOT}/history/${id}`, { method: 'DELETE', keepalive });
}
