/**
 * What I asked for and what came of it, as it is now. The list is looked at again while something is unfinished; the
 * jobs that run are followed event by event while their page is in sight. Nothing of this is kept in the browser.
 */
import { changeJob, deleteJob, listJobs, getJob } from '../api/jobs';
import { isNotFound } from '../api/problem';
import type { JobRequest } from '../api/job-upload';
import type { JobAction, Job } from '../api/job-types';
import { showProblem, showToast } from '../toasts/toasts.svelte';
import { JobFollower } from './job-follower';
import { PendingUpload } from './pending-upload.svelte';

/** Seconds between two requests for the list: on the page of jobs, and elsewhere. */
const WATCHED_INTERVAL = 3;
const IDLE_INTERVAL = 8;

export const isUnfinished = (job: Job) => job.state === 'queued' || job.state === 'running';

class Jobs {
  items = $state<Job[]>([]);
  uploads = $state<PendingUpload[]>([]);
  /** Where the list goes on. */
  nextPage = $state<string | null>(null);
  ready = $state(false);
  problem = $state.raw<unknown>(null);

  #started = false;
  #watched = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #follower = new JobFollower(
    (id) => this.find(id),
    (id) => this.#drop(id),
    () => void this.refresh(),
  );

  /** How many run or wait, with those that are being sent. */
  get unfinishedCount(): number {
    return this.items.filter(isUnfinished).length + this.uploads.length;
  }

  find(id: string): Job | undefined {
    return this.items.find((job) => job.id === id);
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    document.addEventListener('visibilitychange', () => void this.refresh());
    window.addEventListener('beforeunload', (event) => {
      if (this.uploads.some((one) => !one.problem)) event.preventDefault();
    });
    void this.refresh();
  }

  /** Somebody looks at the page of jobs, until the function returned is called. */
  watch(): () => void {
    this.#watched = true;
    if (this.#started) void this.refresh();
    return () => {
      this.#watched = false;
      this.#follower.followOnly([]);
    };
  }

  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    if (document.hidden) return this.#follower.followOnly([]);
    try {
      const { jobs, next } = await listJobs();
      if (!this.ready) this.nextPage = next;
      this.#mergeList(jobs, next);
      this.problem = null;
    } catch (reason) {
      if (!this.ready) this.problem = reason;
    }
    this.ready = true;
    this.#updateFollowed();
    if (this.items.some(isUnfinished))
      this.#timer = setTimeout(() => void this.refresh(), (this.#watched ? WATCHED_INTERVAL : IDLE_INTERVAL) * 1000);
  }

  async loadMore(): Promise<void> {
    if (!this.nextPage) return;
    try {
      const { jobs, next } = await listJobs(this.nextPage);
      this.items.push(...jobs.filter((job) => !this.find(job.id)));
      this.nextPage = next;
    } catch (reason) {
      showProblem(reason);
    }
  }

  /** Loads the parts of a job that somebody looks at. */
  async loadParts(id: string): Promise<void> {
    try {
      this.#upsert(await getJob(id));
      this.#updateFollowed();
    } catch (reason) {
      if (isNotFound(reason)) this.#drop(id);
    }
  }

  async changeState(job: Job, action: JobAction): Promise<void> {
    try {
      this.#upsert(await changeJob(job.id, action));
      await this.refresh();
    } catch (reason) {
      showProblem(reason);
    }
  }

  async removeJob(job: Job, withPictures: boolean): Promise<void> {
    try {
      await deleteJob(job.id, withPictures);
      this.#drop(job.id);
      showToast('jobs.deleted', { name: job.name });
    } catch (reason) {
      showProblem(reason);
    }
  }

  /** Sends a job; until the server has it, it is in `uploads`. */
  startUpload(request: JobRequest): void {
    const upload = new PendingUpload(request, (job) => {
      this.removeUpload(upload);
      if (job) this.#upsert(job);
      void this.refresh();
    });
    this.uploads.unshift(upload);
    upload.start();
  }

  removeUpload(upload: PendingUpload): void {
    this.uploads = this.uploads.filter((one) => one.id !== upload.id);
  }

  #upsert(job: Job): void {
    const known = this.find(job.id);
    if (!known) this.items.unshift(job);
    else if (job.event >= known.event) Object.assign(known, job);
  }

  #drop(id: string): void {
    this.items = this.items.filter((job) => job.id !== id);
    this.#updateFollowed();
  }

  /** Takes over what the list says; of a job whose parts are here only what its events do not say. */
  #mergeList(listed: Job[], next: string | null): void {
    const ids = new Set(listed.map((job) => job.id));
    const oldest = next ? (listed.at(-1)?.id ?? '') : '';
    const kept = this.items.filter((job) => ids.has(job.id) || job.id < oldest);
    const added = listed.filter((job) => !this.find(job.id));
    this.items = [...added, ...kept].sort((one, other) => (one.id < other.id ? 1 : -1));
    for (const job of listed) {
      const known = this.find(job.id);
      if (!known) continue;
      const { position, seconds_left, priority } = job;
      if (known.parts) Object.assign(known, { position, seconds_left, priority });
      else Object.assign(known, { ...job, parts: null });
      if (known.parts && job.event > known.event && !this.#follower.has(job.id)) void this.loadParts(job.id);
    }
  }

  #updateFollowed(): void {
    if (!this.#watched || document.hidden) return this.#follower.followOnly([]);
    const open = this.items.filter((job) => isUnfinished(job) && job.parts);
    const running = open.filter((job) => job.state === 'running');
    this.#follower.followOnly([...running, ...open.filter((job) => job.state === 'queued').reverse()]);
  }
}

export const jobs = new Jobs();
