/**
 * What an older page kept in the browser alone: read to be imported to the server, or deleted. Knows IndexedDB and no page.
 */
import { makePicture } from '../api/pictures';
import { updatePicture, listHistory, createFolder } from '../api/history';
import { encodeMask } from '../mask/render';
import type { Dab, Controls } from '../studio/controls';
import { stripExtension } from '../studio/photo';
import type { Format } from '../api/types';
import { EVERYTHING } from './history.svelte';

export interface LegacyEntry {
  id: string;
  time: number;
  name: string;
  width: number;
  height: number;
  look: Omit<Controls, 'mask'> & { mask: readonly Dab[] };
  output: { format: Format; quality: number };
  star: boolean;
  folder: string;
  /** Hash of the photo, which lies in a store of its own, once for all entries. */
  photo: string;
}

const DATABASE = 'ganvas';
const ENTRIES = 'entries';
const PHOTOS = 'photos';

/** The oldest first, so that they are imported in the order in which they were made. */
export async function listLegacyEntries(): Promise<readonly LegacyEntry[]> {
  const databases = (await indexedDB.databases?.()) ?? [];
  if (!databases.some(({ name }) => name === DATABASE)) return [];
  const database = await openDatabase();
  const entries = await toPromise<LegacyEntry[]>(database.transaction(ENTRIES).objectStore(ENTRIES).getAll());
  database.close();
  if (entries.length === 0) indexedDB.deleteDatabase(DATABASE);
  return entries.sort((one, other) => one.time - other.time);
}

/** Has the server make this one again, so that it is in the history there; then it is deleted here. */
export async function importLegacyEntry(entry: LegacyEntry): Promise<void> {
  const database = await openDatabase();
  const photo = await toPromise<Blob | undefined>(database.transaction(PHOTOS).objectStore(PHOTOS).get(entry.photo));
  database.close();
  if (photo) await remakePicture(entry, photo);
  await deleteLegacyEntry(entry);
}

export async function deleteLegacyEntry(entry: LegacyEntry): Promise<void> {
  const database = await openDatabase();
  const transaction = database.transaction([ENTRIES, PHOTOS], 'readwrite');
  const remaining = await toPromise<LegacyEntry[]>(transaction.objectStore(ENTRIES).getAll());
  if (!remaining.some((other) => other.id !== entry.id && other.photo === entry.photo))
    transaction.objectStore(PHOTOS).delete(entry.photo);
  await toPromise(transaction.objectStore(ENTRIES).delete(entry.id));
  database.close();
}

async function remakePicture(entry: LegacyEntry, photo: Blob): Promise<void> {
  const { look, output, star, folder } = entry;
  const picture = await makePicture({
    photo,
    name: entry.name,
    style: look.style,
    strength: look.strength,
    stroke: look.stroke,
    colour: look.colour,
    mask: await encodeMask(look.mask, entry.width, entry.height),
    format: output.format,
    quality: output.quality,
    metadata: 'none',
    longEdge: null,
  });
  if (!star && !folder) return;
  const { pictures } = await listHistory({ ...EVERYTHING, words: stripExtension(entry.name) }, '', {});
  const saved = pictures.find((each) => each.url.includes(picture.key));
  if (folder) await createFolder(folder);
  if (saved) await updatePicture(saved.id, { star, folder });
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(ENTRIES, { keyPath: 'id' });
    request.result.createObjectStore(PHOTOS);
  };
  return toPromise(request);
}

function toPromise<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser keeps nothing'));
  });
}
