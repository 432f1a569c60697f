/** What went wrong, in words for the person: the server's problem document (RFC 9457) or the lack of an answer. */
import { language, t, type Key } from '../language/language.svelte';

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly detail: string = '',
    readonly right: string = '',
  ) {
    super(detail || `status ${status}`);
  }
}

const KNOWN: Record<number, Key> = {
  0: 'problem.away',
  1: 'problem.unreadable',
  2: 'problem.cancelled',
  401: 'problem.token',
  403: 'problem.refused',
  404: 'problem.gone',
  408: 'problem.away',
  413: 'problem.large',
  415: 'problem.format',
  421: 'problem.refused',
  422: 'problem.wish',
  429: 'problem.busy',
  503: 'problem.busy',
};

/** Status of a photo that neither the browser nor the server could read. */
export const UNREADABLE = 1;
/** Status of a picture whose making was stopped by the person. */
export const CANCELLED = 2;

/** One sentence on what is wrong and what to do. The server's own words are English, so only English gets them. */
export function explain(problem: unknown): string {
  if (!(problem instanceof Problem)) return t('problem.page');
  const ours = t(KNOWN[problem.status] ?? 'problem.server');
  if (language() !== 'en' || !problem.detail || problem.status === 401) return ours;
  return [problem.detail, problem.right].filter(Boolean).map(finish).join(' ');
}

function finish(words: string): string {
  const sentence = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

export async function read(response: Response): Promise<Problem> {
  try {
    const said = (await response.json()) as { detail?: unknown; title?: unknown; right?: unknown };
    const detail = typeof said.detail === 'string' ? said.detail : said.title;
    return new Problem(response.status, text(detail), text(said.right));
  } catch {
    return new Problem(response.status);
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function isGone(reason: unknown): boolean {
  return reason instanceof Problem && reason.status === 404;
}

export function isCancel(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'AbortError';
}
