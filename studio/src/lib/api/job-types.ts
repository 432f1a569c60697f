/** What the server says of jobs, as `ganvas/web/schemas/jobs.py` has it. */
import type { Colour, Format } from './types';

export type JobState = 'queued' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled';
export type JobAction = 'cancel' | 'pause' | 'resume' | 'retry';

export interface PartError {
  what: string;
  right: string;
}

/** One photo in one style. */
export interface JobPart {
  number: number;
  photo: string;
  /** The picture's name in the ZIP, with folders. */
  name: string;
  style: string;
  state: JobState;
  share: number;
  error: PartError | null;
  /** Its id in the history. */
  picture: string | null;
  url: string | null;
}

export interface Job {
  id: string;
  name: string;
  state: JobState;
  styles: string[];
  priority: number;
  settings: { strength: number; stroke: number; colour: Colour; format: Format; quality: number };
  pictures: number;
  counts: Partial<Record<JobState, number>>;
  /** In seconds since 1970, as are the other times. */
  made: number;
  began: number | null;
  ended: number | null;
  position: number | null;
  seconds_left: number | null;
  /** Number of its last event. */
  event: number;
  parts: JobPart[] | null;
}

export interface JobEvent {
  kind: 'job' | 'part' | 'progress' | 'end' | 'deleted';
  /** Events are numbered from 1 without a gap. */
  number: number;
  body: {
    state?: JobState;
    counts?: Job['counts'];
    number?: number;
    share?: number;
    error?: PartError;
    picture?: string;
    at?: number;
  };
}
