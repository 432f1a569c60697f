/** What is said of a job, in the page's words. */
import { number, say, t, type Key } from '../language/language.svelte';
import { studio } from '../studio/studio.svelte';
import type { Job, State } from '../api/job-types';

const STATES: Record<State, Key> = {
  queued: 'jobs.queued',
  running: 'jobs.running',
  paused: 'jobs.paused',
  done: 'jobs.done',
  failed: 'jobs.failed',
  cancelled: 'jobs.cancelled',
};

export function stateOf(state: State): string {
  return t(STATES[state]);
}

/** `monet@2` in the words of its style, where that is still on offer. */
export function titleOf(style: string): string {
  const name = style.split('@')[0] ?? style;
  return say(studio.styles.find((known) => known.name === name)?.title) || name;
}

export function count(job: Job, ...states: State[]): number {
  return states.reduce((sum, state) => sum + (job.counts[state] ?? 0), 0);
}

/** How much of the job is behind it, 0 to 1. */
export function shareOf(job: Job): number {
  const running = (job.parts ?? []).reduce((sum, part) => sum + (part.state === 'running' ? part.share : 0), 0);
  return Math.min(1, (count(job, 'done', 'failed', 'cancelled') + running) / Math.max(1, job.pictures));
}

/** The time that is left, in the largest unit that says it. */
export function timeLeft(seconds: number): string {
  const unit = seconds < 55 ? 'second' : seconds < 3300 ? 'minute' : 'hour';
  const every = { second: 5, minute: 60, hour: 3600 }[unit];
  const times = Math.max(1, Math.round(seconds / every)) * (unit === 'second' ? 5 : 1);
  return t('jobs.left', { time: number(times, { style: 'unit', unit, unitDisplay: 'short' }) });
}

export function fileOf(path: string): string {
  return path.split('/').at(-1) ?? path;
}
