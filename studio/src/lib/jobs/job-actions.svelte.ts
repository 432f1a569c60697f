/** What can be done with a job in its state, by click and by key. */
import { getPictureUrl, getZipUrl } from '../api/jobs';
import type { Job } from '../api/job-types';
import { countParts } from './describe-job';

class JobActions {
  /** Identity of the job that the person is asked about before it is deleted. */
  confirmingId = $state('');

  getAllowed(job: Job): Record<'pause' | 'resume' | 'retry' | 'cancel' | 'save', boolean> {
    const active = job.state === 'queued' || job.state === 'running';
    return {
      pause: active,
      resume: job.state === 'paused',
      retry: !active && countParts(job, 'failed', 'cancelled') > 0,
      cancel: active || job.state === 'paused',
      save: countParts(job, 'done') > 0,
    };
  }
}

export const jobActions = new JobActions();

/** Downloads all pictures of a job as a ZIP, which the server streams; of a job of one picture, that one. */
export async function downloadAll(job: Job | undefined): Promise<void> {
  if (!job) return;
  const [only] = job.parts ?? [];
  const link = document.createElement('a');
  link.href = job.pictures === 1 && only ? await getPictureUrl(only) : getZipUrl(job.id);
  link.download = '';
  link.click();
}
