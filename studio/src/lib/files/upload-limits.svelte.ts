/** How much the server takes at once, so that nothing is sent which it would refuse. */
import { showLimits } from '../api/limits';

export interface Limits {
  /** Bytes of one photo, and of all that a job is sent. */
  readonly photo: number;
  readonly body: number;
  /** Pictures that one job makes. */
  readonly pictures: number;
}

/** What a server takes whose limits nobody changed: it holds until this one has said what it takes. */
const USUAL: Limits = { photo: 64 * 2 ** 20, body: 2 ** 31, pictures: 2000 };

export const limits = $state<{ now: Limits }>({ now: USUAL });

/** Asks the server. Where it does not answer, it refuses by itself what is too large. */
export async function askLimits(): Promise<void> {
  const said = await showLimits().catch(() => null);
  if (said) limits.now = { photo: said.photo_bytes, body: said.job_bytes, pictures: said.job_pictures };
}
