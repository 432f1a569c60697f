/** Styles found by word and put in order. */
import type { Style } from '../api/shapes';

export type Order = 'gallery' | 'title' | 'artist';

/** The styles that have all of `words` somewhere in their name, title, artist or source, in this order. */
export function arrange(styles: readonly Style[], words: string, order: Order, language: string): readonly Style[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = styles.filter((style) => {
    const text = [style.name, ...Object.values(style.title), style.artist, style.source, style.kind].join(' ').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  if (order === 'gallery') return found;
  const compare = new Intl.Collator(language).compare;
  const key = (style: Style) => (order === 'title' ? (style.title[language] ?? style.name) : style.artist);
  return found.sort((one, other) => compare(key(one), key(other)));
}
