/** Filters and sorts styles: by words, by traits, by title or artist. Values in, values out. */
import type { Style } from '../api/types';
import { getPreviewSeconds } from '../studio/preview-timing';

export type StyleOrder = 'mine' | 'title' | 'artist';

/** What styles are filtered by; '' is any. */
export interface StyleFilter {
  readonly words: string;
  readonly kind: string;
  readonly method: string;
  readonly artist: string;
  readonly speed: string;
}

export const NO_FILTER: StyleFilter = { words: '', kind: '', method: '', artist: '', speed: '' };

export type Trait = Exclude<keyof StyleFilter, 'words'>;

/** The most seconds for a preview that count as this speed. */
const SPEEDS = { quick: 0.6, steady: 2 } as const;
export type Speed = keyof typeof SPEEDS | 'slow';

/** How quick the style's last preview was on this server; '' where there was none. */
export function getSpeed(style: Style): Speed | '' {
  const seconds = getPreviewSeconds(style);
  if (seconds === null) return '';
  if (seconds <= SPEEDS.quick) return 'quick';
  return seconds <= SPEEDS.steady ? 'steady' : 'slow';
}

/** `Claude Monet` of `Claude Monet (1840-1926)`. */
export function getArtistName(style: Style): string {
  return style.artist.replace(/\s*\([^)]*\)/g, '');
}

export function getTrait(style: Style, trait: Trait): string {
  if (trait === 'speed') return getSpeed(style);
  return trait === 'artist' ? getArtistName(style) : style[trait];
}

/** What there is of a trait, so that nobody is asked to choose among one. */
export function listTraitValues(styles: readonly Style[], trait: Trait): readonly string[] {
  const all = [...new Set(styles.map((style) => getTrait(style, trait)).filter(Boolean))];
  return trait === 'speed' ? all : all.sort();
}

/** The styles that match the filter, in this order. */
export function filterStyles(
  styles: readonly Style[],
  filter: StyleFilter,
  order: StyleOrder,
  language: string,
): readonly Style[] {
  const terms = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  const traits = (['kind', 'method', 'artist', 'speed'] as const).filter((trait) => filter[trait]);
  const matches = styles.filter((style) => {
    const words = [style.name, ...Object.values(style.title), style.artist, style.source, style.method];
    const text = words.join(' ').toLowerCase();
    return (
      terms.every((word) => text.includes(word)) && traits.every((trait) => getTrait(style, trait) === filter[trait])
    );
  });
  if (order === 'mine') return matches;
  const compare = new Intl.Collator(language).compare;
  const key = (style: Style) => (order === 'title' ? (style.title[language] ?? style.name) : style.artist);
  return matches.sort((one, other) => compare(key(one), key(other)));
}

/** The names with this one at another place. */
export function moveName(names: readonly string[], name: string, at: number): readonly string[] {
  const others = names.filter((other) => other !== name);
  const to = Math.min(others.length, Math.max(0, at));
  return [...others.slice(0, to), name, ...others.slice(to)];
}
