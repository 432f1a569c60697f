/** Pictures as pixels: the page's side of the worker that decodes, reduces and crops them. */
import type { WorkerReply, Box, WorkerCall, WorkerCalls, CallName } from './worker-messages';

type PendingCall = { resolve: (value: unknown) => void; reject: (reason: Error) => void };

let worker: Worker | null = null;
let lastCall = 0;
const pending = new Map<number, PendingCall>();

function startWorker(): Worker {
  const created = new Worker(new URL('./pixels.worker.ts', import.meta.url), { type: 'module' });
  created.onmessage = (event: MessageEvent<WorkerReply>) => {
    const waiting = pending.get(event.data.callId);
    pending.delete(event.data.callId);
    if ('error' in event.data) waiting?.reject(new Error(event.data.error));
    else waiting?.resolve(event.data.result);
  };
  return created;
}

function callWorker<N extends CallName>(name: N, args: WorkerCalls[N]['args']): Promise<WorkerCalls[N]['result']> {
  worker ??= startWorker();
  lastCall += 1;
  const id = lastCall;
  return new Promise((resolve, reject) => {
    pending.set(id, { resolve: resolve as PendingCall['resolve'], reject });
    worker?.postMessage({ callId: id, call: { name, ...args } as WorkerCall });
  });
}

/** A decoded picture that lives in the worker: upright, in sRGB, of `width` x `height` pixels. */
export class Pixels {
  private constructor(
    private readonly id: number,
    readonly width: number,
    readonly height: number,
    /** Nothing shines through it. */
    readonly opaque: boolean,
  ) {}

  /** Rejects where the browser cannot read the format. */
  static async open(blob: Blob): Promise<Pixels> {
    const { id, width, height, opaque } = await callWorker('open', { blob });
    return new Pixels(id, width, height, opaque);
  }

  get longEdge(): number {
    return Math.max(this.width, this.height);
  }

  /** The whole as a JPEG, or a WebP where something shines through, of at most `longEdge` pixels. */
  reduce(longEdge: number): Promise<Blob> {
    return callWorker('reduce', { id: this.id, longEdge, opaque: this.opaque });
  }

  /** The box of this picture, in its own pixels, as a bitmap of `width` x `height`. */
  crop(box: Box, width: number, height: number): Promise<ImageBitmap> {
    return callWorker('crop', { id: this.id, box, width, height });
  }

  toBitmap(longEdge: number): Promise<ImageBitmap> {
    const share = Math.min(1, longEdge / this.longEdge);
    const box = { x: 0, y: 0, width: this.width, height: this.height };
    return this.crop(box, Math.max(1, Math.round(this.width * share)), Math.max(1, Math.round(this.height * share)));
  }

  close(): void {
    void callWorker('close', { id: this.id });
  }
}
