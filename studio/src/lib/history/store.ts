/** The browser's own store of what was made, until the server keeps histories. Knows IndexedDB and no page. */
import type { Look, Output } from '../look';

export interface Entry {
  id: string;
  time: number;
  name: string;
  width: number;
  height: number;
  look: Look;
  output: Output;
  /** Address of the picture on the server, where it was made whole. */
  url: string | null;
  star: boolean;
  folder: string;
  small: Blob;
  /** Hash of the photo, which lies in a store of its own, once for all entries. */
  photo: string;
}

const NAME = 'ganvas';
const ENTRIES = 'entries';
const PHOTOS = 'photos';

let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((give, fail) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(ENTRIES, { keyPath: 'id' });
      asked.result.createObjectStore(PHOTOS);
    };
    asked.onsuccess = () => give(asked.result);
    asked.onerror = () => fail(asked.error ?? new Error('the browser keeps nothing'));
  });
  return opened;
}

/** Runs `work` in one transaction over both stores: all of it happens, or none. */
async function within<T>(work: (entries: IDBObjectStore, photos: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  return new Promise((give, fail) => {
    const turn = database.transaction([ENTRIES, PHOTOS], 'readwrite');
    const asked = work(turn.objectStore(ENTRIES), turn.objectStore(PHOTOS));
    turn.oncomplete = () => give(asked.result);
    turn.onerror = () => fail(turn.error ?? new Error('the browser refused'));
    turn.onabort = () => fail(turn.error ?? new Error('the browser has no room left'));
  });
}

export async function listEntries(): Promise<Entry[]> {
  const entries = await within<Entry[]>((entries) => entries.getAll());
  return entries.sort((one, other) => other.time - one.time);
}

export async function putEntry(entry: Entry, photo: Blob): Promise<void> {
  await within((entries, photos) => {
    photos.put(photo, entry.photo);
    return entries.put(entry);
  });
}

export async function changeEntry(entry: Entry): Promise<void> {
  await within((entries) => entries.put(entry));
}

/** Deletes the entry, and its photo where no other entry (of `others`) was made of it. */
export async function deleteEntry(entry: Entry, others: readonly Entry[]): Promise<void> {
  const shared = others.some((other) => other.photo === entry.photo);
  await within((entries, photos) => {
    if (!shared) photos.delete(entry.photo);
    return entries.delete(entry.id);
  });
}

export async function getPhoto(hash: string): Promise<Blob | null> {
  return (await within<Blob | undefined>((_, photos) => photos.get(hash))) ?? null;
}
