/**
 * What happens to a job, over one connection (server-sent events). Who comes back is given all that was missed: the
 * browser says the number of the last event when the connection breaks, and we say it when the server refused one.
 */
import { request, API_ROOT } from './request';
import { isNotFound } from './problem';
import type { JobEvent } from './job-types';

const KINDS = ['job', 'part', 'progress', 'end', 'deleted'] as const;
const FIRST_DELAY = 1000;
const LONGEST_DELAY = 15_000;

/** Calls `onEvent` for each event after this number, once and in order, until `end` or `deleted`, or until the function returned is called. */
export function followJobEvents(job: string, afterNumber: number, onEvent: (event: JobEvent) => void): () => void {
  let lastNumber = afterNumber;
  let delay = FIRST_DELAY;
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
    source = new EventSource(`${API_ROOT}/jobs/${job}/events?after=${lastNumber}`);
    source.onopen = () => (delay = FIRST_DELAY);
    source.onerror = () => source?.readyState === EventSource.CLOSED && retryLater();
    for (const kind of KINDS) source.addEventListener(kind, (event) => receive(kind, event as MessageEvent<string>));
  }

  function receive(kind: JobEvent['kind'], message: MessageEvent<string>): void {
    const number = Number(message.lastEventId) || lastNumber;
    const finished = kind === 'end' || kind === 'deleted';
    if (number <= lastNumber && !finished) return;
    lastNumber = number;
    if (finished) close();
    onEvent({ kind, number, body: JSON.parse(message.data) as JobEvent['body'] });
  }

  /** The server refused: because the job is gone, or for a while. */
  function retryLater(): void {
    source?.close();
    timer = setTimeout(() => void checkJob(), delay);
    delay = Math.min(LONGEST_DELAY, delay * 2);
  }

  async function checkJob(): Promise<void> {
    try {
      await request(`${API_ROOT}/jobs/${job}`);
      open();
    } catch (reason) {
      if (isNotFound(reason) && !closed) onEvent({ kind: 'deleted', number: lastNumber, body: {} });
      else if (!closed) retryLater();
    }
  }

  open();
  return close;
}
