/**
 * What an older page kept in the browser alone: read to be brought to the server, or deleted. Knows IndexedDB and no page.
 */
import { makePicture } from '../api/pictures';
import { changeMade, listMade, makeFolder } from '../api/history';
import { maskBlob } from '../mask/render';
import type { Dab, Look } from '../studio/controls';
import { stem } from '../studio/photo';
import type { Format } from '../api/types';
import { ALL } from './history.svelte';

export interface Entry {
  id: string;
  time: number;
  name: string;
  width: number;
  height: number;
  look: Omit<Look, 'mask'> & { mask: readonly Dab[] };
  output: { format: Format; quality: number };
  star: boolean;
  folder: string;
  /** Hash of the photo, which lies in a store of its own, once for all entries. */
  photo: string;
}

const NAME = 'ganvas';
const ENTRIES = 'entries';
const PHOTOS = 'photos';

/** The oldest first, so that they are brought over in the order in which they were made. */
export async function listElder(): Promise<readonly Entry[]> {
  const known = (await indexedDB.databases?.()) ?? [];
  if (!known.some(({ name }) => name === NAME)) return [];
  const database = await open();
  const entries = await answer<Entry[]>(database.transaction(ENTRIES).objectStore(ENTRIES).getAll());
  database.close();
  if (entries.length === 0) indexedDB.deleteDatabase(NAME);
  return entries.sort((one, other) => one.time - other.time);
}

/** Has the server make this one again, so that it is in the history there; then it is deleted here. */
export async function bringElder(entry: Entry): Promise<void> {
  const database = await open();
  const photo = await answer<Blob | undefined>(database.transaction(PHOTOS).objectStore(PHOTOS).get(entry.photo));
  database.close();
  if (photo) await make(entry, photo);
  await dropElder(entry);
}

export async function dropElder(entry: Entry): Promise<void> {
  const database = await open();
  const turn = database.transaction([ENTRIES, PHOTOS], 'readwrite');
  const left = await answer<Entry[]>(turn.objectStore(ENTRIES).getAll());
  if (!left.some((other) => other.id !== entry.id && other.photo === entry.photo)) turn.objectStore(PHOTOS).delete(entry.photo);
  await answer(turn.objectStore(ENTRIES).delete(entry.id));
  database.close();
}

async function make(entry: Entry, photo: Blob): Promise<void> {
  const { look, output, star, folder } = entry;
  const picture = await makePicture({
    photo,
    name: entry.name,
    style: look.style,
    strength: look.strength,
    stroke: look.stroke,
    colour: look.colour,
    mask: await maskBlob(look.mask, entry.width, entry.height),
    format: output.format,
    quality: output.quality,
    metadata: 'none',
    longEdge: null,
  });
  if (!star && !folder) return;
  const { pictures } = await listMade({ ...ALL, words: stem(entry.name) }, '', {});
  const made = pictures.find((each) => each.url.includes(picture.key));
  if (folder) await makeFolder(folder);
  if (made) await changeMade(made.id, { star, folder });
}

function open(): Promise<IDBDatabase> {
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore(ENTRIES, { keyPath: 'id' });
    asked.result.createObjectStore(PHOTOS);
  };
  return answer(asked);
}

function answer<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((give, fail) => {
    asked.onsuccess = () => give(asked.result);
    asked.onerror = () => fail(asked.error ?? new Error('the browser keeps nothing'));
  });
}
