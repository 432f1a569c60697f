/** Why a picture was not made, in the page's language. The server says it in English: what it often says has words here. */
import type { Part } from '../api/job-types';
import { language, t, type Key } from '../language/language.svelte';
import { titleOf } from './describe-job';

/** A pattern of what the server says, our words, and whether they say all of it. */
const OFTEN: readonly [RegExp, Key, whole?: boolean][] = [
  [/^The file is empty/, 'reason.empty', true],
  [/raw file/, 'reason.raw', true],
  [/^The file is /, 'reason.kind', true],
  [/damaged|cannot be decoded/, 'reason.damaged', true],
  [/megapixels|side of|has more than|more memory|took longer/, 'reason.large'],
  [/^The worker/, 'reason.worker'],
  [/no style/, 'problem.gone'],
];

export interface Said {
  words: string;
  /** What the server said, where the words are ours and say less. */
  said: string;
}

function reasonOf(part: Part): Said {
  const said = [part.error?.what, part.error?.right].filter(Boolean).join(' ');
  if (language() === 'en') return { words: said, said: '' };
  const [, key, whole] = OFTEN.find(([often]) => often.test(part.error?.what ?? '')) ?? [null, 'problem.wish' as const];
  return { words: t(key), said: whole ? '' : said };
}

export interface Failure extends Said {
  photo: string;
  styles: string[];
}

/** What failed, photo by photo: one that failed in several styles for one reason is told of once. */
export function failuresOf(parts: readonly Part[]): Failure[] {
  const found = new Map<string, Failure>();
  for (const part of parts) {
    const reason = reasonOf(part);
    const key = JSON.stringify([part.photo, reason.words, reason.said]);
    const failure = found.get(key) ?? { ...reason, photo: part.photo, styles: [] };
    failure.styles.push(titleOf(part.style));
    found.set(key, failure);
  }
  return [...found.values()];
}
