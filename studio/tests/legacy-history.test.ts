import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteLegacyEntry, importLegacyEntry, listLegacyEntries, type LegacyEntry } from '$lib/history/legacy-history';
import { examplePicture } from './examples';
import { useFakeServer } from './fake-server';

const server = useFakeServer();
const LOOK: LegacyEntry['look'] = { style: 'monet', strength: 0.5, stroke: 2, colour: 'photo', mask: [] };

function entry(id: string, changes: Partial<LegacyEntry> = {}): LegacyEntry {
  const output = { format: 'png', quality: 90 } as const;
  return {
    id,
    time: 1,
    name: 'sea.jpg',
    width: 3,
    height: 2,
    look: LOOK,
    output,
    star: false,
    folder: '',
    photo: 'hash',
    ...changes,
  };
}

/** The database as the older page left it. */
async function store(entries: LegacyEntry[], photos: Record<string, Blob>): Promise<void> {
  const database = await new Promise<IDBDatabase>((resolve) => {
    const opening = indexedDB.open('ganvas', 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('entries', { keyPath: 'id' });
      opening.result.createObjectStore('photos');
    };
    opening.onsuccess = () => resolve(opening.result);
  });
  const transaction = database.transaction(['entries', 'photos'], 'readwrite');
  for (const one of entries) transaction.objectStore('entries').put(one);
  for (const [hash, photo] of Object.entries(photos)) transaction.objectStore('photos').put(photo, hash);
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  database.close();
}

beforeEach(() => {
  server.answer('POST /pictures', () => ({ key: 'abc', url: '/api/v1/pictures/abc', width: 3, height: 2, seconds: 1 }));
});
afterEach(async () => {
  for (const one of await listLegacyEntries()) await deleteLegacyEntry(one);
  await listLegacyEntries();
});

const formOf = (index: number) => server.calls[index]!.body as FormData;

describe('pictures that an older page kept in the browser', () => {
  it('are none where there never was such a page', async () => {
    expect(await listLegacyEntries()).toEqual([]);
    expect(await indexedDB.databases()).toEqual([]);
  });

  it('are listed with the oldest first', async () => {
    await store([entry('b', { time: 2 }), entry('a', { time: 1 }), entry('c', { time: 3 })], {});
    expect((await listLegacyEntries()).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('are made again by the server as they were, and then deleted here', async () => {
    await store([entry('a')], { hash: new Blob(['photo']) });
    const [first] = await listLegacyEntries();
    await importLegacyEntry(first!);
    const form = formOf(0);
    expect(
      Object.fromEntries(
        ['style', 'strength', 'stroke', 'colour', 'format', 'quality'].map((key) => [key, form.get(key)]),
      ),
    ).toEqual({
      style: 'monet',
      strength: '0.5',
      stroke: '2',
      colour: 'photo',
      format: 'png',
      quality: '90',
    });
    expect(await listLegacyEntries()).toEqual([]);
  });

  it('keep their star and their folder', async () => {
    const saved = examplePicture('9', { url: '/api/v1/pictures/abc?download=sea.png' });
    server.answer('GET /history', () => ({ pictures: [examplePicture('8'), saved], next: null }));
    server.answer('POST /history/folders', () => ({ folders: { Sea: 0 } }));
    server.answer('PATCH /history/9', () => saved);
    await store([entry('a', { star: true, folder: 'Sea' })], { hash: new Blob(['photo']) });
    await importLegacyEntry((await listLegacyEntries())[0]!);
    expect(server.log.slice(2)).toEqual([
      'POST /history/folders {"name":"Sea"}',
      'PATCH /history/9 {"star":true,"folder":"Sea"}',
    ]);
  });

  it('stay here where the server does not make them', async () => {
    server.answer('POST /pictures', () => new Response(null, { status: 422 }));
    await store([entry('a')], { hash: new Blob(['photo']) });
    await expect(importLegacyEntry((await listLegacyEntries())[0]!)).rejects.toHaveProperty('status', 422);
    expect(await listLegacyEntries()).toHaveLength(1);
  });

  it('share a photo, which stays until the last of them is gone', async () => {
    await store([entry('a'), entry('b')], { hash: new Blob(['photo']) });
    const [first, second] = await listLegacyEntries();
    await deleteLegacyEntry(first!);
    await importLegacyEntry(second!);
    expect(server.log).toEqual(['POST /pictures']);
  });

  it('leave no database behind once all are gone', async () => {
    await store([entry('a')], {});
    await deleteLegacyEntry((await listLegacyEntries())[0]!);
    await listLegacyEntries();
    await expect.poll(async () => (await indexedDB.databases()).length).toBe(0);
  });
});
