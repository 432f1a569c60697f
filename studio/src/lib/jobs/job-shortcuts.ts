/** The keys of the page of jobs: one walks from job to job, and does with it what its buttons do. */
import { goto } from '$app/navigation';
import { base } from '$app/paths';
import { page } from '$app/state';
import type { Deed, Job } from '../api/job-types';
import type { Group } from '../shortcuts/types';
import { deeds, saveAll } from './job-actions.svelte';
import { complain } from '../toasts/toasts.svelte';
import { jobs } from './jobs.svelte';

const isHere = () => page.url.pathname === `${base}/jobs/`;
const walks = () => isHere() && jobs.items.length > 0;

export const JOBS: Group = {
  label: 'place.jobs',
  strokes: [
    { keys: ['j'], label: 'keys.jobs', when: () => !isHere(), press: () => void goto(`${base}/jobs/`) },
    { keys: ['n', 'arrowdown'], label: 'keys.jobs.next', when: walks, press: () => walk(1) },
    { keys: ['p', 'arrowup'], label: 'keys.jobs.previous', when: walks, press: () => walk(-1) },
    { keys: ['h'], label: 'keys.jobs.hold', when: () => may('pause') || may('resume'), press: hold },
    { keys: ['r'], label: 'keys.jobs.retry', when: () => may('retry'), press: () => act('retry') },
    { keys: ['x'], label: 'keys.jobs.cancel', when: () => may('cancel'), press: () => act('cancel') },
    { keys: ['d'], label: 'keys.jobs.save', when: () => may('save'), press: () => void saveAll(meant()).catch(complain) },
    { keys: ['delete', 'backspace'], label: 'keys.jobs.delete', when: () => meant() !== undefined, press: away },
  ],
};

/** The job that has the focus, or the first. */
function meant(): Job | undefined {
  if (!isHere()) return undefined;
  const card = document.activeElement?.closest<HTMLElement>('[data-job]');
  return jobs.find(card?.dataset.job ?? '') ?? jobs.items[0];
}

function may(deed: Deed | 'save'): boolean {
  const job = meant();
  return job !== undefined && deeds.of(job)[deed];
}

function act(deed: Deed): void {
  const job = meant();
  if (job) void jobs.change(job, deed);
}

function hold(): void {
  act(may('pause') ? 'pause' : 'resume');
}

function away(): void {
  deeds.sure = meant()?.id ?? '';
}

function walk(by: number): void {
  const cards = [...document.querySelectorAll<HTMLElement>('[data-job]')];
  const here = cards.findIndex((card) => card.contains(document.activeElement));
  const next = cards[Math.min(cards.length - 1, Math.max(0, here + by))];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: 'nearest' });
}
