import { afterEach, describe, expect, it } from 'vitest';
import { getPhotoFiles, getStyleFiles, hasFiles } from '$lib/files/dropped-files';
import { nameFile, sortIncomingFiles, toIncomingFile } from '$lib/files/incoming-files';
import { limits } from '$lib/files/upload-limits.svelte';

const { now } = limits;
afterEach(() => (limits.now = now));

function file(name: string, type = '', bytes = 3): File {
  return new File(['x'.repeat(bytes)], name, { type });
}

function sort(...files: [path: string, type?: string, bytes?: number][]) {
  return sortIncomingFiles(
    files.map(([path, ...rest]) => toIncomingFile(file(path.split('/').at(-1)!, ...rest), path)),
  );
}

describe('files that are added at once', () => {
  it('are photos by their name or by their type', () => {
    const { photos, rejected } = sort(['a.jpg'], ['b.HEIC'], ['c.tiff'], ['d', 'image/webp']);
    expect(photos.map(({ path }) => path)).toEqual(['a.jpg', 'b.HEIC', 'c.tiff', 'd']);
    expect(rejected).toEqual([]);
  });

  it('are ZIPs by their name or by their type', () => {
    const { photos, zips } = sort(['a.zip'], ['b', 'application/zip'], ['c.png']);
    expect(zips.map(({ path }) => path)).toEqual(['a.zip', 'b']);
    expect(photos).toHaveLength(1);
  });

  it('keep the folders that they lay in', () => {
    const { photos } = sort(['Holiday/Day 1/a.jpg']);
    expect(photos[0]).toMatchObject({ name: 'a.jpg', path: 'Holiday/Day 1/a.jpg' });
  });

  it('are rejected where they are no photo, each with its reason', () => {
    const { rejected } = sort(['notes.txt', 'text/plain'], ['film.mp4', 'video/mp4'], ['empty.jpg', 'image/jpeg', 0]);
    expect(rejected.map(({ path, reason }) => [path, reason])).toEqual([
      ['notes.txt', 'kind'],
      ['film.mp4', 'kind'],
      ['empty.jpg', 'empty'],
    ]);
  });

  it('without an ending and without a type are left to the server', () => {
    expect(sort(['IMG_0001']).photos).toHaveLength(1);
  });

  it('that systems put beside photos are left out without a word', () => {
    const { photos, rejected } = sort(
      ['a/.DS_Store'],
      ['__MACOSX/a.jpg'],
      ['Thumbs.db'],
      ['a/desktop.ini'],
      ['.a.jpg'],
    );
    expect([photos, rejected]).toEqual([[], []]);
  });

  it('may be as large as the server takes: a ZIP as large as a job, a photo as large as a photo', () => {
    limits.now = { photo: 10, job: 100, pictures: 5 };
    const { photos, zips, rejected } = sort(
      ['a.jpg', '', 10],
      ['b.jpg', '', 11],
      ['c.zip', '', 100],
      ['d.zip', '', 101],
    );
    expect([photos.length, zips.length]).toEqual([1, 1]);
    expect(rejected).toEqual([
      { path: 'b.jpg', reason: 'large', bytes: 11 },
      { path: 'd.zip', reason: 'large', bytes: 101 },
    ]);
  });

  it('get a name where they have none, as when they are pasted', () => {
    expect(nameFile(file('')).name).toBe('pasted.png');
  });
});

describe('a drop on the page', () => {
  const drop = (...files: File[]) => ({ files, types: ['Files'] }) as unknown as DataTransfer;

  it('may carry style files', () => {
    expect(getStyleFiles(drop(file('monet.onnx'), file('a.jpg'))).map(({ name }) => name)).toEqual(['monet.onnx']);
  });

  it('gives its photos where it has some, and else all files, so that they are rejected with a reason', () => {
    const photo = file('a.jpg', 'image/jpeg');
    const text = file('b.txt', 'text/plain');
    expect(getPhotoFiles(drop(photo, text)).map(({ name }) => name)).toEqual(['a.jpg']);
    expect(getPhotoFiles(drop(text)).map(({ name }) => name)).toEqual(['b.txt']);
  });

  it('without files is none of ours', () => {
    expect(hasFiles({ types: ['text/plain'] } as unknown as DataTransfer)).toBe(false);
    expect(hasFiles(null)).toBe(false);
    expect(getPhotoFiles(null)).toEqual([]);
  });
});
