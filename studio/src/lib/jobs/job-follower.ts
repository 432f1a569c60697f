/** The jobs whose events are heard. Few at a time: a browser has six connections to a server, for all its tabs. */
import { listen } from '../api/job-events';
import { apply } from '../api/jobs';
import type { Job } from '../api/job-types';

const MOST = 2;

export class Followed {
  #open = new Map<string, () => void>();

  /** `find` gives the job as the page has it; `drop` is told of one that was deleted, `after` of one that has ended. */
  constructor(
    private readonly find: (id: string) => Job | undefined,
    private readonly drop: (id: string) => void,
    private readonly after: () => void,
  ) {}

  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** Hears the first of these jobs, and no other. */
  keepTo(jobs: readonly Job[]): void {
    const wanted = jobs.slice(0, MOST);
    for (const [id, close] of this.#open) {
      if (wanted.some((job) => job.id === id)) continue;
      this.#open.delete(id);
      close();
    }
    for (const job of wanted) if (!this.has(job.id)) this.#begin(job);
  }

  #begin(job: Job): void {
    const close = listen(job.id, job.event, (event) => {
      const now = this.find(job.id);
      if (now) apply(now, event);
      if (event.kind !== 'end' && event.kind !== 'deleted') return;
      this.#open.delete(job.id);
      if (event.kind === 'deleted') this.drop(job.id);
      else this.after();
    });
    this.#open.set(job.id, close);
  }
}
