import { beforeEach, describe, expect, it } from 'vitest';
import { deletePictures, movePictures, redo, toggleStar, undo } from '$lib/history/history-actions';
import { addFolder, removeFolder, renameOrMergeFolder } from '$lib/history/folder-actions';
import { EVERYTHING, history } from '$lib/history/history.svelte';
import { selection } from '$lib/history/selection.svelte';
import { examplePicture } from './examples';
import { useFakeServer } from './fake-server';

const server = useFakeServer();
const PICTURES = ['5', '4', '3'].map((id) => examplePicture(id));
const ids = () => history.visible.map(({ id }) => id);
const writes = () => server.log.filter((line) => !line.startsWith('GET'));

beforeEach(async () => {
  history.search = EVERYTHING;
  history.deleting.clear();
  selection.clear();
  server.answer('GET /history', () => ({ pictures: PICTURES, next: null }));
  server.answer('GET /history/folders', () => ({ folders: { '': 3 } }));
  for (const { id } of PICTURES) server.answer(`PATCH /history/${id}`, () => PICTURES[0]);
  await history.load();
  server.calls.length = 0;
});

describe('the history', () => {
  it('is read page by page, and reads on where the last page ended', async () => {
    server.answer('GET /history', ({ path }) =>
      path.includes('before=3') ? { pictures: [examplePicture('2')], next: null } : { pictures: PICTURES, next: '3' },
    );
    await history.load();
    await history.loadMore();
    expect(ids()).toEqual(['5', '4', '3', '2']);
    await history.loadMore();
    expect(server.log.filter((line) => line.includes('before='))).toHaveLength(1);
  });

  it('asks the server for words and styles', async () => {
    await history.changeSearch({ words: ' sea ', style: 'monet', star: true, folder: '' });
    const query = new URLSearchParams(server.calls[0]!.path.split('?')[1]);
    expect(Object.fromEntries(query)).toMatchObject({ q: 'sea', style: 'monet', star: 'true', folder: '' });
    expect(history.isSearching).toBe(true);
  });

  it('keeps what it has where the server does not answer, and says why', async () => {
    server.answer('GET /history', () => new Response(null, { status: 500 }));
    await history.load();
    expect(ids()).toEqual(['5', '4', '3']);
    expect(history.problem).toMatchObject({ status: 500 });
  });

  it('counts pictures by folder as they are moved', () => {
    history.replace([{ ...PICTURES[0]!, folder: 'Sea' }]);
    expect([history.countIn('Sea'), history.countIn('')]).toEqual([1, 2]);
    expect(history.folders).toEqual(['Sea']);
  });
});

describe('pictures', () => {
  it('are starred, undone and redone', async () => {
    await toggleStar([PICTURES[0]!]);
    expect(history.visible[0]!.star).toBe(true);
    await undo();
    expect(history.visible[0]!.star).toBe(false);
    await redo();
    expect(history.visible[0]!.star).toBe(true);
    expect(writes()).toEqual([true, false, true].map((star) => `PATCH /history/5 {"star":${star},"folder":""}`));
  });

  it('lose their stars together where all have one', async () => {
    const starred = PICTURES.map((picture) => ({ ...picture, star: true }));
    history.replace(starred);
    await toggleStar(starred);
    expect(history.visible.some(({ star }) => star)).toBe(false);
  });

  it('are shown as they were where the server refuses', async () => {
    server.answer('PATCH /history/5', () => new Response(null, { status: 500 }));
    await toggleStar([PICTURES[0]!]);
    expect(history.visible[0]!.star).toBe(false);
  });

  it('are moved as one, and only those that lie elsewhere', async () => {
    const [first, ...others] = PICTURES.map((picture, index) => ({ ...picture, folder: index === 0 ? 'Sea' : '' }));
    history.replace([first!, ...others]);
    await movePictures([first!, ...others], 'Sea');
    expect(writes()).toHaveLength(2);
    await undo();
    expect(history.visible.map(({ folder }) => folder)).toEqual(['Sea', '', '']);
  });

  it('that are deleted can be had back, and the server is asked for nothing meanwhile', async () => {
    deletePictures([PICTURES[1]!]);
    expect(ids()).toEqual(['5', '3']);
    await undo();
    expect(ids()).toEqual(['5', '4', '3']);
    expect(writes()).toEqual([]);
  });

  it('that are deleted are deleted on the server when the page is left', async () => {
    server.answer('DELETE /history/4', () => new Response(null, { status: 204 }));
    deletePictures([PICTURES[1]!]);
    window.dispatchEvent(new Event('pagehide'));
    await expect.poll(writes).toEqual(['DELETE /history/4']);
    await expect.poll(() => history.pictures.map(({ id }) => id)).toEqual(['5', '3']);
  });
});

describe('a folder', () => {
  beforeEach(() => {
    server.answer('POST /history/folders', () => ({ folders: { '': 3, Sea: 0 } }));
    server.answer('DELETE /history/folders', () => new Response(null, { status: 204 }));
    server.answer('PATCH /history/folders', () => ({ folders: { '': 3, Ocean: 0 } }));
  });

  it('is made, and gone again when that is undone', async () => {
    await addFolder('Sea');
    expect(history.folders).toEqual(['Sea']);
    await undo();
    expect(history.folders).toEqual([]);
    expect(writes()).toEqual(['POST /history/folders {"name":"Sea"}', 'DELETE /history/folders?name=Sea']);
  });

  it('is renamed', async () => {
    await addFolder('Sea');
    await renameOrMergeFolder('Sea', 'Ocean');
    expect(history.folders).toEqual(['Ocean']);
    expect(writes().at(-1)).toBe('PATCH /history/folders?name=Sea {"name":"Ocean"}');
  });

  it('that is removed leaves its pictures in no folder', async () => {
    history.replace([{ ...PICTURES[0]!, folder: 'Sea' }]);
    server.answer('GET /history', () => ({ pictures: [{ ...PICTURES[0]!, folder: 'Sea' }], next: null }));
    await removeFolder('Sea');
    expect(history.visible.map(({ folder }) => folder)).toEqual(['', '', '']);
    expect(history.folders).toEqual([]);
  });
});

describe('the selection', () => {
  it('takes pictures one by one, and gives them back', () => {
    selection.toggle('5');
    selection.toggle('3');
    selection.toggle('5');
    expect(selection.pictures.map(({ id }) => id)).toEqual(['3']);
  });

  it('takes a range in either direction', () => {
    selection.toggle('3');
    selection.toggle('5', true);
    expect(selection.pictures.map(({ id }) => id)).toEqual(['5', '4', '3']);
  });

  it('stands before the focused picture as what an action applies to', () => {
    selection.focusedId = '4';
    expect(selection.targets.map(({ id }) => id)).toEqual(['4']);
    selection.toggle('5');
    expect(selection.targets.map(({ id }) => id)).toEqual(['5']);
  });
});
