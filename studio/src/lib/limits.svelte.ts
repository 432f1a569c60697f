/** How much the server takes at once. What it says of itself holds; until then, what it takes where nobody changed it. */

export interface Limits {
  /** Bytes of one photo, and of all that a job is sent. */
  readonly photo: number;
  readonly body: number;
  /** Pictures that one job makes. */
  readonly pictures: number;
}

export const limits = $state<{ now: Limits }>({ now: { photo: 64 * 2 ** 20, body: 32 * 64 * 2 ** 20, pictures: 2000 } });
