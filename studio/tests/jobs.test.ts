import { afterEach, describe, expect, it } from 'vitest';
import { applyJobEvent } from '$lib/api/jobs';
import { setLanguage } from '$lib/language/language.svelte';
import { describeTimeLeft, getProgress } from '$lib/jobs/describe-job';
import { groupFailures } from '$lib/jobs/failures';
import { jobActions } from '$lib/jobs/job-actions.svelte';
import { exampleJob, examplePart } from './examples';

afterEach(() => setLanguage('en'));

describe('an event of a job', () => {
  const job = () => exampleJob({ counts: { queued: 2 }, pictures: 2, parts: [examplePart(1), examplePart(2)] });

  it('changes the part that it is about, and the counts', () => {
    const one = job();
    applyJobEvent(one, { kind: 'part', number: 1, body: { number: 2, state: 'running' } });
    applyJobEvent(one, { kind: 'progress', number: 2, body: { number: 2, share: 0.5 } });
    expect(one.parts![1]).toMatchObject({ state: 'running', share: 0.5 });
    expect(one.counts).toEqual({ queued: 1, running: 1 });
    applyJobEvent(one, { kind: 'part', number: 3, body: { number: 2, state: 'done', share: 1, picture: '7' } });
    expect(one.parts![1]).toMatchObject({ state: 'done', picture: '7' });
    expect(one.counts).toEqual({ queued: 1, running: 0, done: 1 });
  });

  it('that was applied before changes nothing', () => {
    const one = job();
    const event = { kind: 'part', number: 1, body: { number: 1, state: 'running' } } as const;
    applyJobEvent(one, event);
    applyJobEvent(one, event);
    expect(one.counts).toEqual({ queued: 1, running: 1 });
  });

  it('that ends the job says when', () => {
    const one = job();
    applyJobEvent(one, { kind: 'job', number: 1, body: { state: 'done', at: 99 } });
    expect(one).toMatchObject({ state: 'done', ended: 99 });
    applyJobEvent(one, { kind: 'job', number: 2, body: { state: 'running' } });
    expect(one.ended).toBeNull();
  });
});

describe('what a person may do with a job', () => {
  it.each([
    ['queued', { queued: 2 }, ['pause', 'cancel']],
    ['running', { done: 1, running: 1 }, ['pause', 'cancel', 'save']],
    ['paused', { paused: 2 }, ['resume', 'cancel']],
    ['done', { done: 2 }, ['save']],
    ['done', { done: 1, failed: 1 }, ['retry', 'save']],
    ['cancelled', { cancelled: 2 }, ['retry']],
  ] as const)('that is %s with %j is to %j', (state, counts, expected) => {
    const allowed = jobActions.getAllowed(exampleJob({ state, counts }));
    expect(Object.entries(allowed).flatMap(([action, may]) => (may ? [action] : []))).toEqual(expected);
  });
});

it('the progress of a job counts what is finished, and the share of what is being made', () => {
  const parts = [examplePart(1, { state: 'running', share: 0.5 })];
  expect(getProgress(exampleJob({ pictures: 4, counts: { done: 1, failed: 1, running: 1 }, parts }))).toBe(0.625);
  expect(getProgress(exampleJob({ pictures: 0, counts: {} }))).toBe(0);
});

it.each([
  [3, 'about 5 sec left'],
  [42, 'about 40 sec left'],
  [55, 'about 1 min left'],
  [3000, 'about 50 min left'],
  [7200, 'about 2 hr left'],
])('%d seconds are said in the largest unit that says them: %s', (seconds, words) => {
  expect(describeTimeLeft(seconds)).toBe(words);
});

describe('failures', () => {
  const failed = (number: number, style: string, what: string) =>
    examplePart(number, { photo: 'a.jpg', style, state: 'failed', error: { what, right: 'Develop it first.' } });

  it('of one photo in several styles for one reason are one', () => {
    const failures = groupFailures([
      failed(1, 'monet@1', 'It is a raw file.'),
      failed(2, 'ukiyoe@3', 'It is a raw file.'),
    ]);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ photo: 'a.jpg', styles: ['monet', 'ukiyoe'] });
  });

  it('for two reasons are two', () => {
    expect(groupFailures([failed(1, 'monet', 'It is a raw file.'), failed(2, 'monet', 'damaged')])).toHaveLength(2);
  });

  it('have the words of the server in English, and known reasons have their own in Chinese', () => {
    const parts = [failed(1, 'monet', 'It is a raw file.'), failed(2, 'monet', 'Something unheard of.')];
    expect(groupFailures(parts)[0]).toMatchObject({ text: 'It is a raw file. Develop it first.', serverText: '' });
    setLanguage('zh');
    const [known, unknown] = groupFailures(parts);
    expect(known!.text).toMatch(/[\u4e00-\u9fff]/);
    expect(known!.serverText).toBe('');
    expect(unknown!.serverText).toBe('Something unheard of. Develop it first.');
  });
});
