/**
 * What I asked for and what came of it, as it is now. The list is looked at again while something is unfinished; the
 * jobs that run are followed event by event while their page is in sight. Nothing of this is kept in the browser.
 */
import { changeJob, deleteJob, listJobs, showJob } from '../api/jobs';
import { isGone } from '../api/problem';
import type { JobWish } from '../api/job-upload';
import type { Deed, Job } from '../api/job-types';
import { complain, tell } from '../toasts/toasts.svelte';
import { Followed } from './job-follower';
import { Sending } from './pending-upload.svelte';

/** Seconds between two looks at the list: on the page of jobs, and elsewhere. */
const NEAR = 3;
const FAR = 8;

export const isOpen = (job: Job) => job.state === 'queued' || job.state === 'running';

class Jobs {
  items = $state<Job[]>([]);
  sending = $state<Sending[]>([]);
  /** Where the list goes on. */
  next = $state<string | null>(null);
  ready = $state(false);
  problem = $state.raw<unknown>(null);

  #begun = false;
  #watched = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #followed = new Followed(
    (id) => this.find(id),
    (id) => this.#drop(id),
    () => void this.refresh(),
  );

  /** How many run or wait, with those that are being sent. */
  get busy(): number {
    return this.items.filter(isOpen).length + this.sending.length;
  }

  find(id: string): Job | undefined {
    return this.items.find((job) => job.id === id);
  }

  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    document.addEventListener('visibilitychange', () => void this.refresh());
    window.addEventListener('beforeunload', (event) => {
      if (this.sending.some((one) => !one.problem)) event.preventDefault();
    });
    void this.refresh();
  }

  /** Somebody looks at the page of jobs, until the answer is called. */
  watch(): () => void {
    this.#watched = true;
    if (this.#begun) void this.refresh();
    return () => {
      this.#watched = false;
      this.#followed.keepTo([]);
    };
  }

  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    if (document.hidden) return this.#followed.keepTo([]);
    try {
      const { jobs, next } = await listJobs();
      if (!this.ready) this.next = next;
      this.#merge(jobs, next);
      this.problem = null;
    } catch (reason) {
      if (!this.ready) this.problem = reason;
    }
    this.ready = true;
    this.#follow();
    if (this.items.some(isOpen)) this.#timer = setTimeout(() => void this.refresh(), (this.#watched ? NEAR : FAR) * 1000);
  }

  async more(): Promise<void> {
    if (!this.next) return;
    try {
      const { jobs, next } = await listJobs(this.next);
      this.items.push(...jobs.filter((job) => !this.find(job.id)));
      this.next = next;
    } catch (reason) {
      complain(reason);
    }
  }

  /** Brings the parts of a job that somebody looks at. */
  async load(id: string): Promise<void> {
    try {
      this.#put(await showJob(id));
      this.#follow();
    } catch (reason) {
      if (isGone(reason)) this.#drop(id);
    }
  }

  async change(job: Job, deed: Deed): Promise<void> {
    try {
      this.#put(await changeJob(job.id, deed));
      await this.refresh();
    } catch (reason) {
      complain(reason);
    }
  }

  async remove(job: Job, pictures: boolean): Promise<void> {
    try {
      await deleteJob(job.id, pictures);
      this.#drop(job.id);
      tell('jobs.deleted', { name: job.name });
    } catch (reason) {
      complain(reason);
    }
  }

  /** Sends a job; until the server has it, it is in `sending`. */
  send(wish: JobWish): void {
    const sending = new Sending(wish, (job) => {
      this.withdraw(sending);
      if (job) this.#put(job);
      void this.refresh();
    });
    this.sending.unshift(sending);
    sending.go();
  }

  withdraw(sending: Sending): void {
    this.sending = this.sending.filter((one) => one.id !== sending.id);
  }

  #put(job: Job): void {
    const mine = this.find(job.id);
    if (!mine) this.items.unshift(job);
    else if (job.event >= mine.event) Object.assign(mine, job);
  }

  #drop(id: string): void {
    this.items = this.items.filter((job) => job.id !== id);
    this.#follow();
  }

  /** Takes over what the list says; of a job whose parts are here only what its events do not say. */
  #merge(listed: Job[], next: string | null): void {
    const ids = new Set(listed.map((job) => job.id));
    const oldest = next ? (listed.at(-1)?.id ?? '') : '';
    const kept = this.items.filter((job) => ids.has(job.id) || job.id < oldest);
    const fresh = listed.filter((job) => !this.find(job.id));
    this.items = [...fresh, ...kept].sort((one, other) => (one.id < other.id ? 1 : -1));
    for (const job of listed) {
      const mine = this.find(job.id);
      if (!mine) continue;
      const { position, seconds_left, priority } = job;
      if (mine.parts) Object.assign(mine, { position, seconds_left, priority });
      else Object.assign(mine, { ...job, parts: null });
      if (mine.parts && job.event > mine.event && !this.#followed.has(job.id)) void this.load(job.id);
    }
  }

  #follow(): void {
    if (!this.#watched || document.hidden) return this.#followed.keepTo([]);
    const open = this.items.filter((job) => isOpen(job) && job.parts);
    const running = open.filter((job) => job.state === 'running');
    this.#followed.keepTo([...running, ...open.filter((job) => job.state === 'queued').reverse()]);
  }
}

export const jobs = new Jobs();
