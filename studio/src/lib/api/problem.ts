/** What went wrong, in words for the person: the server's problem document (RFC 9457) or the lack of an answer. */
import { getLanguage, t, type MessageKey } from '../language/language.svelte';

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly detail: string = '',
    readonly right: string = '',
  ) {
    super(detail || `status ${status}`);
  }
}

const MESSAGE_OF_STATUS: Record<number, MessageKey> = {
  0: 'problem.unreachable',
  1: 'problem.unreadable',
  2: 'problem.cancelled',
  401: 'problem.token',
  403: 'problem.refused',
  404: 'problem.gone',
  408: 'problem.unreachable',
  413: 'problem.large',
  415: 'problem.format',
  421: 'problem.refused',
  422: 'problem.request',
  429: 'problem.busy',
  503: 'problem.busy',
};

/** Status of a photo that neither the browser nor the server could read. */
export const UNREADABLE = 1;
/** Status of a picture whose making was stopped by the person. */
export const CANCELLED = 2;

/** One sentence on what is wrong and what to do. The server's own words are English, so only English gets them. */
export function explainProblem(problem: unknown): string {
  if (!(problem instanceof Problem)) return t('problem.page');
  const message = t(MESSAGE_OF_STATUS[problem.status] ?? 'problem.server');
  if (getLanguage() !== 'en' || !problem.detail || problem.status === 401) return message;
  return [problem.detail, problem.right].filter(Boolean).map(toSentence).join(' ');
}

function toSentence(text: string): string {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

export async function readProblem(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as { detail?: unknown; title?: unknown; right?: unknown };
    const detail = typeof body.detail === 'string' ? body.detail : body.title;
    return new Problem(response.status, toText(detail), toText(body.right));
  } catch {
    return new Problem(response.status);
  }
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function isNotFound(reason: unknown): boolean {
  return reason instanceof Problem && reason.status === 404;
}

export function isAbort(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'AbortError';
}
