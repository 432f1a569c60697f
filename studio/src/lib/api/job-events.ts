/**
 * What happens to a job, over one connection (server-sent events). Who comes back is given all that was missed: the
 * browser says the number of the last event when the connection breaks, and we say it when the server refused one.
 */
import { ask, ROOT } from './request';
import { isGone } from './problem';
import type { Happening } from './job-types';

const KINDS = ['job', 'part', 'progress', 'end', 'deleted'] as const;
const FIRST_REST = 1000;
const LONGEST_REST = 15_000;

/** Hears each event after this number once and in order, until `end` or `deleted`, or until the answer is called. */
export function listen(job: string, after: number, hear: (event: Happening) => void): () => void {
  let last = after;
  let rest = FIRST_REST;
  let closed = false;
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function close(): void {
    closed = true;
    clearTimeout(timer);
    source?.close();
  }

  function open(): void {
    if (closed) return;
    source = new EventSource(`${ROOT}/jobs/${job}/events?after=${last}`);
    source.onopen = () => (rest = FIRST_REST);
    source.onerror = () => source?.readyState === EventSource.CLOSED && again();
    for (const kind of KINDS) source.addEventListener(kind, (event) => take(kind, event as MessageEvent<string>));
  }

  function take(kind: Happening['kind'], message: MessageEvent<string>): void {
    const event = Number(message.lastEventId) || last;
    const finished = kind === 'end' || kind === 'deleted';
    if (event <= last && !finished) return;
    last = event;
    if (finished) close();
    hear({ kind, event, body: JSON.parse(message.data) as Happening['body'] });
  }

  /** The server refused: because the job is gone, or for a while. */
  function again(): void {
    source?.close();
    timer = setTimeout(() => void look(), rest);
    rest = Math.min(LONGEST_REST, rest * 2);
  }

  async function look(): Promise<void> {
    try {
      await ask(`${ROOT}/jobs/${job}`);
      open();
    } catch (reason) {
      if (isGone(reason) && !closed) hear({ kind: 'deleted', event: last, body: {} });
      else if (!closed) again();
    }
  }

  open();
  return close;
}
