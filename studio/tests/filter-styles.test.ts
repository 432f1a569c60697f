import { afterEach, describe, expect, it } from 'vitest';
import { filterStyles, getSpeed, listTraitValues, moveName, NO_FILTER } from '$lib/styles/filter-styles';
import { savePreviewSeconds } from '$lib/studio/preview-timing';
import { exampleStyle } from './examples';

const MONET = exampleStyle({ name: 'monet', title: { en: 'Water lilies' }, artist: 'Claude Monet (1840-1926)' });
const HOKUSAI = exampleStyle({
  name: 'hokusai',
  title: { en: 'Big wave' },
  artist: 'Hokusai (1760-1849)',
  method: 'cut',
});
const NOISE = exampleStyle({ name: 'noise', title: { en: 'Noise' }, kind: 'sampler', method: 'cut' });
const ALL = [MONET, HOKUSAI, NOISE];

afterEach(() => localStorage.clear());

const names = (changes: Partial<typeof NO_FILTER>, order: Parameters<typeof filterStyles>[2] = 'mine') =>
  filterStyles(ALL, { ...NO_FILTER, ...changes }, order, 'en').map(({ name }) => name);

describe('styles', () => {
  it('are all shown in their own order where nothing is asked', () => {
    expect(names({})).toEqual(['monet', 'hokusai', 'noise']);
  });

  it('are found by words of title, name, artist and method, in any case and order', () => {
    expect(names({ words: 'LILIES claude' })).toEqual(['monet']);
    expect(names({ words: 'cut' })).toEqual(['hokusai', 'noise']);
    expect(names({ words: 'lilies wave' })).toEqual([]);
  });

  it('are filtered by every trait that is asked for', () => {
    expect(names({ method: 'cut' })).toEqual(['hokusai', 'noise']);
    expect(names({ method: 'cut', kind: 'sampler' })).toEqual(['noise']);
    expect(names({ artist: 'Claude Monet' })).toEqual(['monet']);
  });

  it('are sorted by title or by artist', () => {
    expect(names({}, 'title')).toEqual(['hokusai', 'noise', 'monet']);
    expect(names({}, 'artist')).toEqual(['noise', 'monet', 'hokusai']);
  });

  it('have traits to choose from: each once, without the years of an artist', () => {
    expect(listTraitValues(ALL, 'artist')).toEqual(['Claude Monet', 'Hokusai']);
    expect(listTraitValues(ALL, 'method')).toEqual(['cut', 'cyclegan']);
  });
});

describe('the speed of a style', () => {
  it('is unknown until a preview was made', () => {
    expect(getSpeed(MONET)).toBe('');
  });

  it.each([
    [0.6, 'quick'],
    [0.7, 'steady'],
    [2.1, 'slow'],
  ])('of %d seconds is %s', (seconds, speed) => {
    savePreviewSeconds(MONET, seconds);
    expect(getSpeed(MONET)).toBe(speed);
  });

  it('belongs to one version of a file', () => {
    savePreviewSeconds(MONET, 0.1);
    expect(getSpeed({ ...MONET, sha256: 'f'.repeat(64) })).toBe('');
  });
});

describe('a name that is moved', () => {
  const list = ['a', 'b', 'c'];

  it.each([
    ['a', 2, 'bca'],
    ['c', 0, 'cab'],
    ['b', 1, 'abc'],
    ['a', 99, 'bca'],
    ['c', -5, 'cab'],
  ])('%s to %d', (name, at, after) => {
    expect(moveName(list, name, at).join('')).toBe(after);
  });
});
