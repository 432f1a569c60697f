import { beforeEach, describe, expect, it } from 'vitest';
import { NO_FILTER } from '$lib/styles/filter-styles';
import { gallery } from '$lib/styles/gallery.svelte';
import { studio } from '$lib/studio/studio.svelte';
import { exampleStyle } from './examples';
import { useFakeServer } from './fake-server';

const server = useFakeServer();
const names = () => gallery.visible.map(({ name }) => name).join('');

beforeEach(() => {
  studio.styles = ['a', 'b', 'c'].map((name) => exampleStyle({ name, kind: name === 'b' ? 'sampler' : 'transfer' }));
  gallery.filter = NO_FILTER;
  gallery.order = 'mine';
  server.answer('PUT /styles/order', () => new Response(null, { status: 204 }));
});

describe('the gallery', () => {
  it('moves a style to another place, and the server keeps the order', async () => {
    gallery.moveTo('c', 0);
    expect(names()).toBe('cab');
    await expect.poll(() => server.log).toEqual(['PUT /styles/order {"names":["c","a","b"]}']);
  });

  it('undoes and redoes a move', () => {
    gallery.moveBy('a', 1);
    expect(names()).toBe('bac');
    gallery.undo();
    expect(names()).toBe('abc');
    gallery.redo();
    expect(names()).toBe('bac');
  });

  it('shows the order as it was where the server refuses it', async () => {
    server.answer('PUT /styles/order', () => new Response(null, { status: 403 }));
    gallery.moveTo('c', 0);
    await expect.poll(names).toBe('abc');
  });

  it('lets nobody move a style while some are hidden', () => {
    expect(gallery.isMovable).toBe(true);
    gallery.setFilter({ kind: 'sampler' });
    expect([gallery.isMovable, names()]).toEqual([false, 'b']);
  });

  it('takes in a style file once the server has checked it', async () => {
    const added = exampleStyle({ name: 'd', added: true });
    server.answer('POST /styles', () => added);
    server.answer('GET /styles', () => ({ styles: [...studio.styles, added] }));
    await gallery.add([new File(['x'], 'd.onnx')]);
    expect([gallery.uploads, names()]).toEqual([[], 'abcd']);
  });

  it('keeps a rejected file in sight with its reason until somebody dismisses it', async () => {
    server.answer('POST /styles', () => Response.json({ detail: 'no output', right: 'one' }, { status: 422 }));
    await gallery.add([new File(['x'], 'bad.onnx')]);
    expect(gallery.uploads).toMatchObject([{ name: 'bad.onnx', problem: { status: 422, detail: 'no output' } }]);
    gallery.dismissUpload(gallery.uploads[0]!.id);
    expect(gallery.uploads).toEqual([]);
  });
});
