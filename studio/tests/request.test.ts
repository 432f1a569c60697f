import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '$lib/api/problem';
import type * as Requests from '$lib/api/request';
import { useFakeServer } from './fake-server';

const server = useFakeServer();
let request: typeof Requests.request;

beforeEach(async () => {
  vi.resetModules();
  vi.useFakeTimers();
  ({ request } = await import('$lib/api/request'));
});
afterEach(() => void vi.useRealTimers());

const busy = (seconds: string) => new Response(null, { status: 429, headers: { 'Retry-After': seconds } });

describe('a request', () => {
  it('waits for the first answer, which brings the cookie of the visitor', async () => {
    let release: (answer: unknown) => void = () => undefined;
    server.answer('GET /first', () => new Promise((resolve) => (release = resolve)));
    server.answer('GET /second', () => ({}));
    const both = [request('/api/v1/first'), request('/api/v1/second')];
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.log).toEqual(['GET /first']);
    release({});
    await Promise.all(both);
    expect(server.log).toEqual(['GET /first', 'GET /second']);
  });

  it('is sent again when a busy server says so, and tells for how long it waits', async () => {
    const answers = [busy('7'), Response.json({ ok: true })];
    server.answer('GET /styles', () => answers.shift());
    const waits: number[] = [];
    const response = request('/api/v1/styles', {}, { onWait: (seconds) => waits.push(seconds) });
    await vi.advanceTimersByTimeAsync(6999);
    expect(server.log).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await (await response).json()).toEqual({ ok: true });
    expect(waits).toEqual([7, 0]);
  });

  it('is not sent again once nobody wants it any more', async () => {
    server.answer('GET /styles', () => busy('7'));
    const abort = new AbortController();
    const response = request('/api/v1/styles', {}, { signal: abort.signal });
    const failure = expect(response).rejects.toHaveProperty('name', 'AbortError');
    await vi.advanceTimersByTimeAsync(1);
    abort.abort();
    await failure;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.log).toHaveLength(1);
  });

  it('gives up after some tries', async () => {
    server.answer('GET /styles', () => busy('1'));
    const failure = expect(request('/api/v1/styles')).rejects.toHaveProperty('status', 429);
    await vi.advanceTimersByTimeAsync(600_000);
    await failure;
    expect(server.log).toHaveLength(20);
  });

  it('that the server refuses says what was wrong and what would be right', async () => {
    server.answer('POST /pictures', () =>
      Response.json({ detail: 'no such style', right: 'use monet' }, { status: 422 }),
    );
    await expect(request('/api/v1/pictures', { method: 'POST' })).rejects.toMatchObject({
      status: 422,
      detail: 'no such style',
      right: 'use monet',
    });
  });

  it('without an answer is a problem of its own', async () => {
    server.answer('GET /styles', () => Promise.reject(new TypeError('connection refused')));
    await expect(request('/api/v1/styles')).rejects.toHaveProperty('status', 0);
  });
});

it('a problem is an error with the words of the server', () => {
  expect(new Problem(422, 'no such style').message).toBe('no such style');
});
