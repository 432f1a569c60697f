/** How much the server takes at once, so that nothing is sent which it would refuse. */
import { getLimits } from '../api/limits';

export interface UploadLimits {
  /** Bytes of one photo, and of all that a job is sent. */
  readonly photo: number;
  readonly job: number;
  /** Pictures that one job makes. */
  readonly pictures: number;
}

/** What a server takes whose limits nobody changed: it holds until this one has said what it takes. */
const DEFAULT_LIMITS: UploadLimits = { photo: 64 * 2 ** 20, job: 2 ** 31, pictures: 2000 };

export const limits = $state<{ now: UploadLimits }>({ now: DEFAULT_LIMITS });

/** Asks the server. Where it does not answer, it refuses by itself what is too large. */
export async function loadLimits(): Promise<void> {
  const reply = await getLimits().catch(() => null);
  if (reply) limits.now = { photo: reply.photo_bytes, job: reply.job_bytes, pictures: reply.job_pictures };
}
