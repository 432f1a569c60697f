/** A server for tests: answers from a table, and remembers what it was asked. */
import { afterEach, beforeEach } from 'vitest';

export interface Call {
  readonly method: string;
  /** Without the root of the API. */
  readonly path: string;
  readonly body: BodyInit | null;
}

type Answer = (call: Call) => unknown;

export class FakeServer {
  readonly calls: Call[] = [];
  readonly #answers = new Map<string, Answer>();
  readonly #original = globalThis.fetch;

  /** `what` is a method and a path, such as `GET /styles`; the query is left out of the comparison. */
  answer(what: string, answer: Answer): void {
    this.#answers.set(what, answer);
  }

  start(): void {
    globalThis.fetch = async (input, init) => {
      const path = String(input).replace(/^\/api\/v1/, '');
      const call = { method: init?.method ?? 'GET', path, body: init?.body ?? null };
      this.calls.push(call);
      const answer = this.#answers.get(`${call.method} ${path.replace(/\?.*/, '')}`);
      if (!answer) return Response.json({ detail: 'nothing here' }, { status: 404 });
      const result = await answer(call);
      return result instanceof Response ? result : Response.json(result);
    };
  }

  stop(): void {
    globalThis.fetch = this.#original;
    this.calls.length = 0;
    this.#answers.clear();
  }

  /** `PATCH /history/1 {"star":true}`, call by call. */
  get log(): string[] {
    return this.calls.map(({ method, path, body }) =>
      [method, path, typeof body === 'string' ? body : ''].join(' ').trim(),
    );
  }
}

/** A server for each test of a file. */
export function useFakeServer(): FakeServer {
  const server = new FakeServer();
  beforeEach(() => server.start());
  afterEach(() => server.stop());
  return server;
}
