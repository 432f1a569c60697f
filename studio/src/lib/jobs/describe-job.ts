/** What is said of a job, in the page's words. */
import { formatNumber, pickTranslation, t, type MessageKey } from '../language/language.svelte';
import { studio } from '../studio/studio.svelte';
import type { Job, JobState } from '../api/job-types';

const STATE_LABELS: Record<JobState, MessageKey> = {
  queued: 'jobs.queued',
  running: 'jobs.running',
  paused: 'jobs.paused',
  done: 'jobs.done',
  failed: 'jobs.failed',
  cancelled: 'jobs.cancelled',
};

export function describeState(state: JobState): string {
  return t(STATE_LABELS[state]);
}

/** `monet@2` in the words of its style, where that is still on offer. */
export function getStyleTitle(style: string): string {
  const name = style.split('@')[0] ?? style;
  return pickTranslation(studio.styles.find((known) => known.name === name)?.title) || name;
}

export function countParts(job: Job, ...states: JobState[]): number {
  return states.reduce((sum, state) => sum + (job.counts[state] ?? 0), 0);
}

/** How much of the job is behind it, 0 to 1. */
export function getProgress(job: Job): number {
  const running = (job.parts ?? []).reduce((sum, part) => sum + (part.state === 'running' ? part.share : 0), 0);
  return Math.min(1, (countParts(job, 'done', 'failed', 'cancelled') + running) / Math.max(1, job.pictures));
}

/** The time that is left, in the largest unit that says it. */
export function describeTimeLeft(seconds: number): string {
  const unit = seconds < 55 ? 'second' : seconds < 3300 ? 'minute' : 'hour';
  const step = { second: 5, minute: 60, hour: 3600 }[unit];
  const amount = Math.max(1, Math.round(seconds / step)) * (unit === 'second' ? 5 : 1);
  return t('jobs.left', { time: formatNumber(amount, { style: 'unit', unit, unitDisplay: 'short' }) });
}

export function getFileName(path: string): string {
  return path.split('/').at(-1) ?? path;
}
