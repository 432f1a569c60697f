/** Why a picture was not made, in the page's language. The server says it in English: what it often says has words here. */
import type { JobPart } from '../api/job-types';
import { getLanguage, t, type MessageKey } from '../language/language.svelte';
import { getStyleTitle } from './describe-job';

/** A pattern of what the server says, our words, and whether they say all of it. */
const KNOWN_REASONS: readonly [RegExp, MessageKey, whole?: boolean][] = [
  [/^The file is empty/, 'reason.empty', true],
  [/raw file/, 'reason.raw', true],
  [/^The file is /, 'reason.kind', true],
  [/damaged|cannot be decoded/, 'reason.damaged', true],
  [/megapixels|side of|has more than|more memory|took longer/, 'reason.large'],
  [/^The worker/, 'reason.worker'],
  [/no style/, 'problem.gone'],
];

export interface FailureReason {
  text: string;
  /** What the server said, where the words are ours and say less. */
  serverText: string;
}

function explainFailure(part: JobPart): FailureReason {
  const serverText = [part.error?.what, part.error?.right].filter(Boolean).join(' ');
  if (getLanguage() === 'en') return { text: serverText, serverText: '' };
  const [, key, whole] = KNOWN_REASONS.find(([pattern]) => pattern.test(part.error?.what ?? '')) ?? [
    null,
    'problem.request' as const,
  ];
  return { text: t(key), serverText: whole ? '' : serverText };
}

export interface Failure extends FailureReason {
  photo: string;
  styles: string[];
}

/** What failed, photo by photo: one that failed in several styles for one reason is listed once. */
export function groupFailures(parts: readonly JobPart[]): Failure[] {
  const failures = new Map<string, Failure>();
  for (const part of parts) {
    const reason = explainFailure(part);
    const key = JSON.stringify([part.photo, reason.text, reason.serverText]);
    const failure = failures.get(key) ?? { ...reason, photo: part.photo, styles: [] };
    failure.styles.push(getStyleTitle(part.style));
    failures.set(key, failure);
  }
  return [...failures.values()];
}
