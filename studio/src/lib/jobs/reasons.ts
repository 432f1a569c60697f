/** Why a picture was not made, in the page's language. The server says it in English: what it often says has words here. */
import type { Part } from '../api/shapes_jobs';
import { language, t, type Key } from '../language.svelte';

const OFTEN: readonly [RegExp, Key][] = [
  [/^The file is empty/, 'reason.empty'],
  [/raw file/, 'reason.raw'],
  [/^The file is /, 'reason.kind'],
  [/damaged|cannot be decoded/, 'reason.damaged'],
  [/megapixels|side of|has more than|more memory|took longer/, 'reason.large'],
  [/^The worker/, 'reason.worker'],
  [/no style/, 'problem.gone'],
];

export interface Said {
  words: string;
  /** What the server said, where the words are ours. */
  said: string;
}

export function reasonOf(part: Part): Said {
  const said = [part.error?.what, part.error?.right].filter(Boolean).join(' ');
  if (language() === 'en') return { words: said, said: '' };
  const [, key] = OFTEN.find(([often]) => often.test(part.error?.what ?? '')) ?? [null, 'problem.wish' as const];
  return { words: t(key), said };
}
