/** What can be done with a job in its state, by click and by key. */
import { addressOf, zipAddress } from '../api/jobs';
import type { Job } from '../api/job-types';
import { count } from './describe-job';

class Deeds {
  /** Identity of the job that the person is asked about before it is deleted. */
  sure = $state('');

  of(job: Job): Record<'pause' | 'resume' | 'retry' | 'cancel' | 'save', boolean> {
    const going = job.state === 'queued' || job.state === 'running';
    return {
      pause: going,
      resume: job.state === 'paused',
      retry: !going && count(job, 'failed', 'cancelled') > 0,
      cancel: going || job.state === 'paused',
      save: count(job, 'done') > 0,
    };
  }
}

export const deeds = new Deeds();

/** Takes all pictures of a job home as a ZIP, which the server streams; of a job of one picture, that one. */
export async function saveAll(job: Job | undefined): Promise<void> {
  if (!job) return;
  const [only] = job.parts ?? [];
  const link = document.createElement('a');
  link.href = job.pictures === 1 && only ? await addressOf(only) : zipAddress(job.id);
  link.download = '';
  link.click();
}
