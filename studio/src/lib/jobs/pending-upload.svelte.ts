/** A job on its way to the server: how much of it is sent, or why it was not taken. */
import { isCancel } from '../api/problem';
import { sendJob, type JobWish } from '../api/job-upload';
import type { Job } from '../api/job-types';

let last = 0;

export class Sending {
  readonly id = (last += 1);
  share = $state(0);
  problem = $state.raw<unknown>(null);
  #stop: () => void = () => undefined;

  /** `done` is told the job when the server has it, and null where the person stopped it. */
  constructor(
    readonly wish: JobWish,
    private readonly done: (job: Job | null) => void,
  ) {}

  go(): void {
    this.share = 0;
    this.problem = null;
    const sent = sendJob(this.wish, (share) => (this.share = share));
    this.#stop = sent.stop;
    sent.job.then(this.done, (reason: unknown) => {
      if (isCancel(reason)) this.done(null);
      else this.problem = reason;
    });
  }

  /** Stops it, or puts it away where it was not taken. */
  stop(): void {
    if (this.problem) this.done(null);
    else this.#stop();
  }
}
