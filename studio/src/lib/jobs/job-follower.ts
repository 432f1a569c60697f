/** Follows the events of jobs. Few at a time: a browser has six connections to a server, for all its tabs. */
import { followJobEvents } from '../api/job-events';
import { applyJobEvent } from '../api/jobs';
import type { Job } from '../api/job-types';

const MAX_FOLLOWED = 2;

export class JobFollower {
  #connections = new Map<string, () => void>();

  /** `findJob` returns the job as the page has it; `onDeleted` is called for one that was deleted, `onEnd` for one that has ended. */
  constructor(
    private readonly findJob: (id: string) => Job | undefined,
    private readonly onDeleted: (id: string) => void,
    private readonly onEnd: () => void,
  ) {}

  has(id: string): boolean {
    return this.#connections.has(id);
  }

  /** Follows the first of these jobs, and no other. */
  followOnly(jobs: readonly Job[]): void {
    const selected = jobs.slice(0, MAX_FOLLOWED);
    for (const [id, close] of this.#connections) {
      if (selected.some((job) => job.id === id)) continue;
      this.#connections.delete(id);
      close();
    }
    for (const job of selected) if (!this.has(job.id)) this.#follow(job);
  }

  #follow(job: Job): void {
    const close = followJobEvents(job.id, job.event, (event) => {
      const known = this.findJob(job.id);
      if (known) applyJobEvent(known, event);
      if (event.kind !== 'end' && event.kind !== 'deleted') return;
      this.#connections.delete(job.id);
      if (event.kind === 'deleted') this.onDeleted(job.id);
      else this.onEnd();
    });
    this.#connections.set(job.id, close);
  }
}
