import { afterEach, describe, expect, it } from 'vitest';
import {
  formatArtist,
  formatNumber,
  getLanguage,
  pickTranslation,
  setLanguage,
  t,
} from '$lib/language/language.svelte';
import { formatBytes } from '$lib/batch/batch.svelte';
import { loadPreferences, savePreferences } from '$lib/preferences/preferences';

afterEach(() => {
  setLanguage('en');
  localStorage.clear();
});

describe('preferences', () => {
  it('are saved beside what was saved before', () => {
    savePreferences({ compare: 'beside' });
    savePreferences({ letters: false });
    expect(loadPreferences()).toEqual({ compare: 'beside', letters: false });
  });

  it('are found under the name that older pages gave them', () => {
    localStorage.setItem('ganvas.page', '{"light":"dark","paces":{"abc":1.5}}');
    expect(loadPreferences()).toEqual({ light: 'dark', paces: { abc: 1.5 } });
  });

  it('are none where the browser holds nonsense', () => {
    localStorage.setItem('ganvas.page', '{half');
    expect(loadPreferences()).toEqual({});
  });
});

describe('the language', () => {
  it('is that of the person, for all words, and is remembered', () => {
    expect(t('nav.styles')).toBe('Styles');
    setLanguage('zh');
    expect(getLanguage()).toBe('zh');
    expect(t('nav.styles')).toMatch(/[\u4e00-\u9fff]/);
    expect(document.documentElement.lang).toBe('zh-Hans');
    expect(loadPreferences().language).toBe('zh');
  });

  it('fills the gaps of a message, and leaves those without a value as they are', () => {
    expect(t('done.saved', { name: 'sea.jpg' })).toBe('Saved as sea.jpg');
    expect(t('done.saved')).toBe('Saved as {name}');
  });

  it('of a style is the page’s where the style has it, else any that it has', () => {
    expect(pickTranslation({ en: 'Waves', zh: '浪' })).toBe('Waves');
    expect(pickTranslation({ zh: '浪' })).toBe('浪');
    expect(pickTranslation(undefined)).toBe('');
  });
});

it('figures are written as people write them', () => {
  expect(formatNumber(1234.5)).toBe('1,234.5');
  expect([900, 1_500_000, 23_000_000_000].map(formatBytes)).toEqual(['0.9 kB', '1.5 MB', '23 GB']);
});

it('the years of an artist stay on one line', () => {
  expect(formatArtist('Claude Monet (1840-1926)')).toBe('Claude Monet (1840\u2060–\u20601926)');
});
