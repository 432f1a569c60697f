import { beforeEach, describe, expect, it } from 'vitest';
import { PhotoTray } from '$lib/studio/photo-tray.svelte';

const file = (name: string) => ({ file: new Blob([name]), name });
let tray: PhotoTray;

beforeEach(() => {
  // Thumbnails are drawn by a worker, which this environment has not: they stay undrawn.
  tray = new PhotoTray();
  tray.drawThumbnails = async () => undefined;
  tray.add(['a', 'b', 'c'].map(file));
  tray.openId = tray.items[0]!.id;
});

describe('the tray of photos', () => {
  it('gives the next photo and the one before, round and round', () => {
    expect(tray.getNeighbour(1)?.name).toBe('b');
    expect(tray.getNeighbour(-1)?.name).toBe('c');
  });

  it('gives the photo that comes into the place of a removed one', () => {
    expect(tray.remove(tray.items[0]!.id)?.name).toBe('b');
    expect(tray.remove(tray.items[1]!.id)?.name).toBe('b');
    expect(tray.remove(tray.items[0]!.id)).toBeNull();
  });

  it('counts ZIPs among what a job is made of, and not among the photos that can be opened', () => {
    tray.addZips([{ file: new File(['x'], 'd.zip'), name: 'd.zip', path: 'd.zip' }]);
    expect(tray.allFiles.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd.zip']);
    expect(tray.getNeighbour(-1)?.name).toBe('c');
  });
});
