/** The keys of the page of jobs: from job to job, and for each what its buttons do. */
import { goto } from '$app/navigation';
import { base } from '$app/paths';
import { page } from '$app/state';
import type { JobAction, Job } from '../api/job-types';
import type { ShortcutGroup } from '../shortcuts/types';
import { jobActions, downloadAll } from './job-actions.svelte';
import { showProblem } from '../toasts/toasts.svelte';
import { jobs } from './jobs.svelte';

const isHere = () => page.url.pathname === `${base}/jobs/`;
const canMove = () => isHere() && jobs.items.length > 0;

export const JOB_SHORTCUTS: ShortcutGroup = {
  label: 'nav.jobs',
  shortcuts: [
    { keys: ['j'], label: 'keys.jobs', isActive: () => !isHere(), run: () => void goto(`${base}/jobs/`) },
    { keys: ['n', 'arrowdown'], label: 'keys.jobs.next', isActive: canMove, run: () => focusNext(1) },
    { keys: ['p', 'arrowup'], label: 'keys.jobs.previous', isActive: canMove, run: () => focusNext(-1) },
    {
      keys: ['h'],
      label: 'keys.jobs.pause',
      isActive: () => isAllowed('pause') || isAllowed('resume'),
      run: pauseOrResume,
    },
    { keys: ['r'], label: 'keys.jobs.retry', isActive: () => isAllowed('retry'), run: () => runAction('retry') },
    { keys: ['x'], label: 'keys.jobs.cancel', isActive: () => isAllowed('cancel'), run: () => runAction('cancel') },
    {
      keys: ['d'],
      label: 'keys.jobs.save',
      isActive: () => isAllowed('save'),
      run: () => void downloadAll(getTargetJob()).catch(showProblem),
    },
    {
      keys: ['delete', 'backspace'],
      label: 'keys.jobs.delete',
      isActive: () => getTargetJob() !== undefined,
      run: confirmDelete,
    },
  ],
};

/** The job that has the focus, or the first. */
function getTargetJob(): Job | undefined {
  if (!isHere()) return undefined;
  const card = document.activeElement?.closest<HTMLElement>('[data-job]');
  return jobs.find(card?.dataset.job ?? '') ?? jobs.items[0];
}

function isAllowed(action: JobAction | 'save'): boolean {
  const job = getTargetJob();
  return job !== undefined && jobActions.getAllowed(job)[action];
}

function runAction(action: JobAction): void {
  const job = getTargetJob();
  if (job) void jobs.changeState(job, action);
}

function pauseOrResume(): void {
  runAction(isAllowed('pause') ? 'pause' : 'resume');
}

function confirmDelete(): void {
  jobActions.confirmingId = getTargetJob()?.id ?? '';
}

function focusNext(step: number): void {
  const cards = [...document.querySelectorAll<HTMLElement>('[data-job]')];
  const index = cards.findIndex((card) => card.contains(document.activeElement));
  const next = cards[Math.min(cards.length - 1, Math.max(0, index + step))];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: 'nearest' });
}
