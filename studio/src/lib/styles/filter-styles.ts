/** Styles found by word, sifted by what they are, and put in order. Values in, values out. */
import type { Style } from '../api/types';
import { paceOf } from './preview-timing';

export type Order = 'mine' | 'title' | 'artist';

/** What styles are sifted by; '' is any. */
export interface Sieve {
  readonly words: string;
  readonly kind: string;
  readonly method: string;
  readonly artist: string;
  readonly speed: string;
}

export const ANY: Sieve = { words: '', kind: '', method: '', artist: '', speed: '' };

export type Trait = Exclude<keyof Sieve, 'words'>;

/** Up to so many seconds for a preview on the wall are called so. */
const SPEEDS = { quick: 0.6, steady: 2 } as const;
export type Speed = keyof typeof SPEEDS | 'slow';

/** How quick the style was on this server when the wall showed it last; '' where it never did. */
export function speedOf(style: Style): Speed | '' {
  const seconds = paceOf(style);
  if (seconds === null) return '';
  if (seconds <= SPEEDS.quick) return 'quick';
  return seconds <= SPEEDS.steady ? 'steady' : 'slow';
}

/** `Claude Monet` of `Claude Monet (1840-1926)`. */
export function artistOf(style: Style): string {
  return style.artist.replace(/\s*\([^)]*\)/g, '');
}

export function traitOf(style: Style, trait: Trait): string {
  if (trait === 'speed') return speedOf(style);
  return trait === 'artist' ? artistOf(style) : style[trait];
}

/** What there is of a trait, so that nobody is asked to choose among one. */
export function traitsOf(styles: readonly Style[], trait: Trait): readonly string[] {
  const all = [...new Set(styles.map((style) => traitOf(style, trait)).filter(Boolean))];
  return trait === 'speed' ? all : all.sort();
}

/** The styles that pass the sieve, in this order. */
export function arrange(styles: readonly Style[], sieve: Sieve, order: Order, language: string): readonly Style[] {
  const wanted = sieve.words.toLowerCase().split(/\s+/).filter(Boolean);
  const traits = (['kind', 'method', 'artist', 'speed'] as const).filter((trait) => sieve[trait]);
  const found = styles.filter((style) => {
    const words = [style.name, ...Object.values(style.title), style.artist, style.source, style.method];
    const text = words.join(' ').toLowerCase();
    return wanted.every((word) => text.includes(word)) && traits.every((trait) => traitOf(style, trait) === sieve[trait]);
  });
  if (order === 'mine') return found;
  const compare = new Intl.Collator(language).compare;
  const key = (style: Style) => (order === 'title' ? (style.title[language] ?? style.name) : style.artist);
  return found.sort((one, other) => compare(key(one), key(other)));
}

/** The names with this one at another place. */
export function place(names: readonly string[], name: string, at: number): readonly string[] {
  const others = names.filter((other) => other !== name);
  const to = Math.min(others.length, Math.max(0, at));
  return [...others.slice(0, to), name, ...others.slice(to)];
}
