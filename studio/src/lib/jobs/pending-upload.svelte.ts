/** A job on its way to the server: how much of it is sent, or why it was not taken. */
import { isAbort } from '../api/problem';
import { uploadJob, type JobRequest } from '../api/job-upload';
import type { Job } from '../api/job-types';

let lastId = 0;

export class PendingUpload {
  readonly id = (lastId += 1);
  share = $state(0);
  problem = $state.raw<unknown>(null);
  #abort: () => void = () => undefined;

  /** `onDone` is called with the job when the server has it, and with null where the person stopped it. */
  constructor(
    readonly request: JobRequest,
    private readonly onDone: (job: Job | null) => void,
  ) {}

  start(): void {
    this.share = 0;
    this.problem = null;
    const upload = uploadJob(this.request, (share) => (this.share = share));
    this.#abort = upload.stop;
    upload.job.then(this.onDone, (reason: unknown) => {
      if (isAbort(reason)) this.onDone(null);
      else this.problem = reason;
    });
  }

  /** Stops it, or puts it away where it was not taken. */
  cancel(): void {
    if (this.problem) this.onDone(null);
    else this.#abort();
  }
}
